/** Answers that are HTTP and still a burden, over every way: storms of 429, and bodies that are too long. */
import { describe, expect, test } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import type { BaseConnection, ConnectionOptions } from '@sdk/common';
import { scripts, type ConnectionScript } from '@sdk/testing';
import { keep, rejection } from '../connection/stand.js';
import { allClosed, ENGINES, over, POST, together, type Engine, type Place } from './stand.js';
import { WAYS, type Way } from './ways.js';

/** On each way; together they are a storm. */
const CALLS = 20;
/** What a bucket of 50 tokens allows at 5 each: less than the 2 repetitions that each call would have. */
const [BUDGET, REPETITIONS] = [50, 10];

/** Speaks HTTP on each connection. */
function served(listener: RequestListener): ConnectionScript {
  const server = createServer(listener);
  // It never tidies up behind a client that should have.
  server.keepAliveTimeout = 60_000;
  return (socket) => void server.emit('connection', socket);
}

/** Does this over a way to `script`; whatever comes of it, no socket is left once the transport is closed. */
async function onWay(
  engine: Engine,
  { to }: Way,
  script: ConnectionScript,
  retry: ConnectionOptions['retry'],
  play: (connection: BaseConnection, place: Place) => Promise<void>,
): Promise<void> {
  const place = await to(script);
  const transport = keep(engine.open({ maxSockets: 4 }));
  await play(over(engine, { ...place.options, transport, retry }), place);
  await transport.close();
  await allClosed(place.servers);
}

const OK = 'HTTP/1.1 200 OK\r\n';

/** Answers, each with more behind it than it has. */
const TOO_LONG = [
  { of: 'a body of some length', answer: `${OK}Content-Length: 4\r\n\r\ngood`, body: 'good' },
  {
    of: 'the last chunk',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n`,
    body: 'good',
  },
  { of: 'an answer without a body', answer: 'HTTP/1.1 204 No Content\r\n\r\n', body: '' },
].flatMap((answer) => [
  { ...answer, next: 'garbage', more: ', and more' },
  { ...answer, next: 'an answer', more: `${OK}Content-Length: 4\r\n\r\nevil` },
]);

describe.each(ENGINES)('$engine, over every way', (engine) => {
  test('a storm of 429 is waited out as long as it asks, changes included, each done once', async () => {
    const through = async (to: Way): Promise<void> => {
      const refusedAt = new Map<string, number>();
      const done = new Map<string, number>();
      let hurried = 0;
      const storm = served((request, response) => {
        request.resume();
        const id = request.url?.split('/').pop() ?? '';
        const at = refusedAt.get(id);
        if (at === undefined) {
          refusedAt.set(id, performance.now());
          response.writeHead(429, { 'retry-after': '0.1' }).end();
          return;
        }
        // A timer of Node may fire a millisecond early.
        if (performance.now() - at < 98) hurried += 1;
        done.set(id, (done.get(id) ?? 0) + 1);
        response.end('{}');
      });
      await onWay(engine, to, storm, { attempts: 2, budget: Infinity }, async (connection) => {
        const call = (_: unknown, id: number) =>
          connection.request({ ...POST, method: 'POST', path: ['calls', String(id)] });
        await Promise.all(Array.from({ length: CALLS }, call));
      });
      const times = [...done.values()];
      expect({ way: to.way, hurried, times }).toEqual({
        way: to.way,
        hurried: 0,
        times: Array.from({ length: CALLS }, () => 1),
      });
    };
    await together(WAYS.map(through));
  });

  test('a storm that does not end costs each call its error, and the provider no more than the budget', async () => {
    const through = async (to: Way): Promise<void> => {
      let requests = 0;
      const storm = served((request, response) => {
        requests += 1;
        request.resume();
        response.writeHead(429, { 'retry-after-ms': '5' }).end();
      });
      await onWay(engine, to, storm, { budget: BUDGET }, async (connection) => {
        const call = () => rejection(connection.request({ method: 'GET', path: '/' }));
        for (const error of await Promise.all(Array.from({ length: CALLS }, call))) {
          expect(error).toMatchObject({ code: 'SDK_RATE_LIMIT', status: 429, retryAfterMs: 5 });
        }
      });
      expect({ way: to.way, requests }).toEqual({ way: to.way, requests: CALLS + REPETITIONS });
    };
    await together(WAYS.map(through));
  });

  test.each(TOO_LONG)(
    'what stands behind $of is never the next answer ($next)',
    async ({ answer, body, more }) => {
      const through = (to: Way): Promise<void> =>
        onWay(engine, to, scripts.answer(answer + more), false, async (connection, place) => {
          for (let call = 1; call <= 3; call += 1) {
            const seen = await connection.request({ method: 'GET', path: '/', expect: 'text' });
            const facts = { way: to.way, body: seen.body, connections: place.arrived() };
            expect(facts).toEqual({ way: to.way, body, connections: call });
          }
        });
      await together(WAYS.map(through));
    },
  );

  test('a stream that broke off in the packet of its headers is an attempt that failed, and is told', async () => {
    const script = scripts.answer(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`);
    const through = (to: Way): Promise<void> =>
      onWay(engine, to, script, false, async (connection, { options }) => {
        const failing = (async () => {
          const { body } = await connection.request({ method: 'GET', path: '/', expect: 'stream' });
          for await (const _piece of body as AsyncIterable<Buffer>);
        })();
        expect({ way: to.way, error: await rejection(failing) }).toMatchObject({
          way: to.way,
          error: {
            code: 'SDK_CONNECTION',
            reason: expect.stringMatching(/^HPE_/),
            requestSent: 'yes',
            decision: { origin: options.endpoint },
          },
        });
      });
    await together(WAYS.map(through));
  });
});
