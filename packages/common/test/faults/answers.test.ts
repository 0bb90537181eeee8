/** Answers that are HTTP and still a burden: storms of 429, bodies that are too long; and names without an address. */
import { describe, expect, test } from '@jest/globals';
import { scripts, startOrigin, startScriptedProxy } from '@sdk/testing';
import { keep, rejection } from '../connection/stand.js';
import { allClosed, ENGINES, meet, over, POST } from './stand.js';

const CALLS = 200;
/** What 500 tokens of the budget allow at 5 each. */
const REPETITIONS = 100;

describe.each(ENGINES)('$engine', (engine) => {
  test('a storm of 429 is waited out as long as it asks, changes included, each done once', async () => {
    const refusedAt = new Map<string, number>();
    const done = new Map<string, number>();
    let hurried = 0;
    const origin = keep(
      await startOrigin({
        handler: (request, response) => {
          request.resume();
          const id = request.url ?? '';
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
        },
      }),
    );
    const connection = over(engine, {
      endpoint: origin.url,
      retry: { attempts: 2, budget: Infinity },
    });
    await Promise.all(
      Array.from({ length: CALLS }, (_, id) =>
        connection.request({ ...POST, method: 'POST', path: ['calls', String(id)] }),
      ),
    );
    expect(done.size).toBe(CALLS);
    expect([...done.values()].every((times) => times === 1)).toBe(true);
    expect(hurried).toBe(0);
  });

  test('a storm that does not end costs each call its error, and the provider no more than the budget', async () => {
    const origin = keep(
      await startOrigin({
        handler: (request, response) => {
          request.resume();
          response.writeHead(429, { 'retry-after-ms': '5' }).end();
        },
      }),
    );
    const connection = over(engine, { endpoint: origin.url, retry: undefined });
    const errors = await Promise.all(
      Array.from({ length: CALLS }, () =>
        rejection(connection.request({ method: 'GET', path: '/' })),
      ),
    );
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'SDK_RATE_LIMIT', status: 429, retryAfterMs: 5 });
    }
    expect(origin.requests.length).toBeGreaterThan(CALLS);
    expect(origin.requests.length).toBeLessThanOrEqual(CALLS + REPETITIONS);
  });

  test.each(['', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'])(
    'what stands behind the end of an answer is never the next one (%j)',
    async (next) => {
      const script = scripts.answer(
        `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood, and more${next}`,
      );
      const origin = keep(await startScriptedProxy(script));
      const connection = over(engine, { endpoint: origin.url });
      for (let call = 1; call <= 3; call += 1) {
        const { body } = await connection.request({ method: 'GET', path: '/', expect: 'text' });
        expect(body).toBe('good');
        expect(origin.connections).toHaveLength(call);
      }
      await allClosed([origin]);
    },
  );

  test('a stream that broke off in the packet of its headers is an attempt that failed, and is told', async () => {
    const script = scripts.answer(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n',
    );
    const origin = keep(await startScriptedProxy(script));
    const connection = over(engine, { endpoint: origin.url });
    const failing = (async () => {
      const { body } = await connection.request({ method: 'GET', path: '/', expect: 'stream' });
      for await (const _piece of body as AsyncIterable<Buffer>);
    })();
    expect(await rejection(failing)).toMatchObject({
      code: 'SDK_CONNECTION',
      reason: expect.stringMatching(/^HPE_/),
      requestSent: 'yes',
      decision: { origin: origin.url },
    });
    await allClosed([origin]);
  });

  test('a name without an address is told with whose name it is, and was tried again', async () => {
    const nowhere = { servers: [], arrived: () => 0 };
    const origin = await meet(
      engine,
      { ...nowhere, options: { endpoint: 'https://no-such-origin.invalid' } },
      POST,
    );
    expect(origin.facts).toMatchObject({
      code: 'SDK_CONNECTION',
      reason: expect.stringMatching(/^(ENOTFOUND|EAI_)/),
      requestSent: 'no',
      retryable: true,
    });
    const proxy = await meet(
      engine,
      {
        ...nowhere,
        options: {
          endpoint: 'https://no-such-origin.invalid',
          httpProxy: 'http://no-such-proxy.invalid:3128',
        },
      },
      POST,
    );
    expect(proxy.facts).toMatchObject({ code: 'SDK_PROXY', phase: 'resolve', requestSent: 'no' });
    expect([origin.tries, proxy.tries]).toEqual([3, 3]);
  });
});
