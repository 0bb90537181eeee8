/** An answer in absolute-form may break off behind any byte: half of it is never the whole, and no change is done twice. */
import { describe, expect, test } from '@jest/globals';
import { startScriptedProxy } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { below, each } from './cut-places.js';
import { causeOf, cutBehind, HOW } from './cut-script.js';
import { ENGINES, meet, POST, type Place } from './stand.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const ANSWERS = [
  { body: 'with its length', head: `${OK}Content-Length: 12\r\n\r\n`, rest: 'hello, world' },
  {
    body: 'in chunks',
    head: `${OK}Transfer-Encoding: chunked\r\n\r\n`,
    rest: '5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n',
  },
] as const;

const rows = ANSWERS.flatMap((answer) => HOW.map((how) => ({ ...answer, how })));

describe.each(ENGINES)('$engine', (engine) => {
  test.each(rows)(
    'by $how behind each byte of an answer in absolute-form, its body $body, a GET is asked again and fails, and a POST is asked once',
    async ({ head, rest, how }) => {
      const answer = head + rest;
      await each(below(answer.length), async (bytes) => {
        for (const { method, asked } of [
          { method: 'GET', asked: 3 },
          { method: 'POST', asked: 1 },
        ] as const) {
          const proxy = keep(await startScriptedProxy(cutBehind(answer, bytes, how)));
          const place: Place = {
            options: { endpoint: 'http://origin.test', httpProxy: proxy.url },
            servers: [proxy],
            arrived: () => proxy.connections.length,
          };
          const { error, facts, tries } = await meet(engine, place, method === 'POST' ? POST : {});
          const heads = proxy.connections.map(({ received }) => received.toString('latin1'));
          const seen = { bytes, method, tries, cause: error.cause, ...facts };
          expect(seen).toMatchObject({
            bytes,
            method,
            tries: asked,
            code: 'SDK_CONNECTION',
            reason: 'ECONNRESET',
            requestSent: bytes < head.length ? 'maybe' : 'yes',
            retryable: true,
            ...causeOf(how),
          });
          expect(heads).toHaveLength(asked);
          for (const one of heads) {
            expect(one.split(`${method} http://origin.test/thing`)).toHaveLength(2);
          }
        }
      });
    },
  );
});
