import { once } from 'node:events';
import { Readable } from 'node:stream';
import { isSdkError, routeTo, originOf } from '@sdk/common';
import { patternBytes } from '../origin-routes.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { coreStand, sha256, type CoreEcho, type CoreStand } from './transport-core-origin.js';
import { exchange, failureOf, pause, readAll } from './transport-stand.js';

/** What any transport does, one without a network among them. */
export function testCore(bench: TransportBench): void {
  const { expect, can } = bench;
  const on = (name: string, run: (core: CoreStand) => Promise<void>): void => {
    bench.on(name, async (stand) => run(await coreStand(stand, can.network)));
  };
  const echoOf = (text: string): CoreEcho => JSON.parse(text) as CoreEcho;

  on('a transport has a name', async ({ transport }) => {
    expect(typeof transport.name).toBe('string');
    expect(transport.name).not.toBe('');
  });

  on('a request arrives as it was made: method, path, headers and body', async (core) => {
    const { text, status } = await exchange(core.transport, `${core.url}/a//b/../c?x=%20y&x=2`, {
      method: 'PATCH',
      headers: ['X-One', '1', 'X-Two', 'a, b'],
      body: 'päß',
    });
    const echo = echoOf(text);
    expect(status).toBe(200);
    expect([echo.method, echo.path, echo.bodyBytes]).toEqual(['PATCH', '/a//b/../c?x=%20y&x=2', 5]);
    const flat = echo.headers.map((part, i) => (i % 2 === 0 ? part.toLowerCase() : part)).join('|');
    expect(flat).toMatch(/x-one\|1\|/);
    expect(flat).toMatch(/x-two\|a, b/);
  });

  on('a body may be text, bytes or a stream, empty or not', async ({ transport, url }) => {
    const large = patternBytes(300_000);
    const bodies: [string | Uint8Array | Readable, Buffer][] = [
      ['grüße', Buffer.from('grüße')],
      ['', Buffer.alloc(0)],
      [large, large],
      [large.subarray(10, 20), large.subarray(10, 20)],
      [Readable.from([large.subarray(0, 7), large.subarray(7)]), large],
      [Readable.from([]), Buffer.alloc(0)],
    ];
    for (const [body, bytes] of bodies) {
      const echo = echoOf((await exchange(transport, `${url}/echo`, { method: 'PUT', body })).text);
      expect([echo.bodyBytes, echo.sha256]).toEqual([bytes.length, sha256(bytes)]);
    }
  });

  on('every status is an answer, and none of them an error', async ({ transport, url }) => {
    for (const code of [200, 204, 304, 400, 401, 403, 404, 407, 409, 429, 500, 503]) {
      const { status, text } = await exchange(transport, `${url}/status/${code}`);
      expect([status, text]).toEqual([code, code === 204 || code === 304 ? '' : `status ${code}`]);
    }
  });

  on('a redirect is an answer, which the transport does not follow', async (core) => {
    for (const code of [301, 302, 303, 307, 308]) {
      const answer = await exchange(core.transport, `${core.url}/status/${code}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([code, '/echo']);
    }
    expect(core.seen.length).toBe(5);
  });

  on('a failure of the origin is not tried again', async (core) => {
    expect((await exchange(core.transport, `${core.url}/status/503`)).status).toBe(503);
    expect(core.seen.length).toBe(1);
  });

  on('the headers of an answer are found in any spelling, and keep values apart', async (core) => {
    const { headers } = await exchange(core.transport, `${core.url}/headers`);
    expect(headers.get('SET-cookie')).toBe('a=1, b=2');
    expect(headers.getAll('set-cookie')).toEqual(['a=1', 'b=2']);
    expect(headers.getAll('x-mixed')).toEqual(['One', 'Two']);
    expect([headers.has('x-MIXED'), headers.has('x-none')]).toEqual([true, false]);
  });

  on('a body comes as it travels, compressed where the origin compressed it', async (core) => {
    const { bytes, headers } = await exchange(core.transport, `${core.url}/gzip`);
    expect([bytes[0], bytes[1], headers.get('content-encoding')]).toEqual([0x1f, 0x8b, 'gzip']);
    const large = await exchange(core.transport, `${core.url}/bytes/1000003`);
    expect(sha256(large.bytes)).toBe(sha256(patternBytes(1_000_003)));
  });

  on('a HEAD is over at its headers', async ({ transport, url }) => {
    const answer = await exchange(transport, `${url}/bytes/1000`, { method: 'HEAD' });
    expect([answer.headers.get('content-length'), answer.text]).toEqual(['1000', '']);
  });

  on(
    'an answer tells its route, whether its socket was used before, and its times',
    async (core) => {
      const request = attempt(`${core.url}/echo`);
      const response = await core.transport.send(request);
      await readAll(response.body);
      expect(response.route === request.route).toBe(true);
      expect(response.reusedSocket).toBe(false);
      const { socketMs, headersMs } = response.timings;
      expect([socketMs >= 0, headersMs >= socketMs]).toEqual([true, true]);
    },
  );

  on('an answer comes at its headers, while its body is still on the way', async (core) => {
    const { status, body } = await core.transport.send(attempt(`${core.url}/stall`));
    expect(status).toBe(200);
    const [first] = (await once(body, 'data')) as [Buffer];
    expect(first.toString()).toBe('half of it');
    body.destroy();
  });

  on('a hundred requests at once mix nothing up', async ({ transport, url }) => {
    const paths = Array.from({ length: 100 }, (_, i) => `/echo/${i}`);
    const answers = await Promise.all(
      paths.map((path) => exchange(transport, url + path, { method: 'POST', body: path })),
    );
    expect(answers.map(({ text }) => [echoOf(text).path, echoOf(text).sha256])).toEqual(
      paths.map((path) => [path, sha256(Buffer.from(path))]),
    );
  });

  on('an abort before the request sends nothing, and comes back as it is', async (core) => {
    const reason = { any: 'value' };
    const signal = AbortSignal.abort(reason);
    expect((await failureOf(core.transport, `${core.url}/echo`, { signal })) === reason).toBe(true);
    expect(core.seen.length).toBe(0);
  });

  on('an abort while an answer is awaited comes back as it is', async (core) => {
    const reason = { any: 'value' };
    const controller = new AbortController();
    const timeouts = { headersMs: 2_000 };
    const { signal } = controller;
    const failure = failureOf(core.transport, `${core.url}/hang`, { signal, timeouts });
    await until(() => core.seen.length === 1);
    controller.abort(reason);
    expect((await failure) === (reason as unknown)).toBe(true);
  });

  on('an abort within a body fails the body with its reason', async ({ transport, url }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { body } = await transport.send(
      attempt(`${url}/stall`, { signal, timeouts: { idleMs: 2_000 } }),
    );
    const failure = rejection(readAll(body));
    await pause(20);
    const reason = new Error('enough');
    controller.abort(reason);
    expect((await failure) === (reason as unknown)).toBe(true);
  });

  on('a stream that fails ends its request with its own error', async ({ transport, url }) => {
    const why = new Error('the disk is gone');
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      await pause(10);
      throw why;
    }
    const body = Readable.from(failing());
    const failure = await failureOf(transport, `${url}/echo`, { method: 'PUT', body });
    expect(failure === (why as unknown)).toBe(true);
  });

  on(
    'a request that cannot be written is a ConfigurationError, and nothing is sent',
    async (core) => {
      const wrong = [
        { path: '/a b' },
        { path: '/a\r\nX: y' },
        { path: 'a' },
        { headers: ['X', 'a\r\nY: b'] },
        { headers: ['X Y', 'a'] },
        { method: 'GE T' },
      ];
      for (const each of wrong) {
        const error = await failureOf(core.transport, `${core.url}/`, each);
        expect([isSdkError(error), error['code']]).toEqual([true, 'SDK_CONFIGURATION']);
        expect(error['field']).toBe('path' in each ? 'path' : 'headers');
      }
      expect(core.seen.length).toBe(0);
    },
  );

  on('a closed transport refuses what comes later, and closes again in peace', async (core) => {
    await exchange(core.transport, `${core.url}/echo`);
    await core.transport.close();
    await core.transport.close();
    const error = await failureOf(core.transport, `${core.url}/echo`);
    expect([isSdkError(error), error['code']]).toEqual([true, 'SDK_CONFIGURATION']);
    expect(core.seen.length).toBe(1);
  });

  if (can.network && can.proxies && can.socks) return;
  on(
    'a way that the transport cannot take is refused: never ignored, never direct',
    async (core) => {
      const via = serverAt({
        url: can.proxies && can.network ? 'socks5h://127.0.0.1:9' : 'http://127.0.0.1:9',
      });
      for (const url of [core.url, 'https://origin.test']) {
        expect(routeTo(originOf(url), via).way).not.toBe('direct');
        const error = await failureOf(core.transport, `${url}/echo`, { via });
        expect([isSdkError(error), error['code']]).toEqual([true, 'SDK_CONFIGURATION']);
      }
      expect(core.seen.length).toBe(0);
    },
  );
}
