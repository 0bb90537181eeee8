import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { connect, origin, proxy, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';

/** Ten bytes, and later five more. */
async function* longer(waitMs: number): AsyncIterable<Buffer> {
  yield Buffer.from('0123456789');
  await sleep(waitMs);
  yield Buffer.from('tail!');
}

const cases = ENGINES.flatMap(([name, Engine]) =>
  ['direct', 'through a proxy'].flatMap((way) =>
    [0, 80].map((waitMs) => [name, way, waitMs, Engine] as const),
  ),
);

test.each(cases)(
  'a stream that is longer than its size is never stored cut short (%s, %s, the rest after %i ms)',
  async (_name, way, waitMs, Engine) => {
    const [server, gate] = [await origin(), await proxy()];
    const transport = new Engine();
    const connection = connect(server.url, {
      transport,
      httpProxy: way === 'direct' ? false : { url: gate.url, tunnel: 'always' },
    });
    const body = Readable.from(longer(waitMs));
    const put = connection.request({ method: 'PUT', path: '/', body, sizeBytes: 10 });
    expect(await rejection(put)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
    await transport.close();
    expect(server.requests.map((request) => request.body.toString())).not.toContain('0123456789');
  },
);

test.each(ENGINES)('a stream of its size arrives whole, under %s', async (_name, Engine) => {
  const server = await origin();
  const transport = new Engine();
  const pieces = [Buffer.from('01234'), Buffer.from(''), Buffer.from('56789'), Buffer.from('')];
  await connect(server.url, { transport }).request({
    method: 'PUT',
    path: '/',
    body: Readable.from(pieces),
    sizeBytes: 10,
  });
  await transport.close();
  expect(server.requests.map((request) => request.body.toString())).toEqual(['0123456789']);
});

test.each(ENGINES)(
  'a stream that has its size and never ends is told as that, under %s',
  async (_name, Engine) => {
    const server = await origin();
    const transport = new Engine();
    const body = new Readable({ read: () => undefined });
    body.push('0123456789');
    const put = connect(server.url, { transport, timeouts: { idleMs: 200 } }).request({
      method: 'PUT',
      path: '/',
      body,
      sizeBytes: 10,
    });
    expect(await rejection(put)).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'body',
      message: expect.stringContaining('did not end within 200 ms'),
    });
    await transport.close();
  },
);

test.each(ENGINES)('what was held back is sent as it was, under %s', async (_name, Engine) => {
  const server = await origin();
  const transport = new Engine();
  const piece = Buffer.from('0123456789');
  async function* reusing(): AsyncIterable<Buffer> {
    yield piece;
    await sleep(30);
    piece.fill('x');
  }
  const body = Readable.from(reusing());
  await connect(server.url, { transport }).request({
    method: 'PUT',
    path: '/',
    body,
    sizeBytes: 10,
  });
  await transport.close();
  expect(server.requests.map((request) => request.body.toString())).toEqual(['0123456789']);
});
