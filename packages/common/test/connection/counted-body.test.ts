import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Progress } from '@sdk/common';
import { until } from '@sdk/testing';
import { connect, origin, rejection } from './stand.js';

const stream = (path: string) => ({ method: 'GET', path, expect: 'stream' }) as const;

async function bytesOf(body: Readable): Promise<number> {
  let bytes = 0;
  for await (const piece of body) bytes += (piece as Buffer).length;
  return bytes;
}

test('a stream whose progress is told arrives whole, counted to its last byte, with backpressure', async () => {
  const connection = connect((await origin()).url);
  const told: Progress[] = [];
  const { body } = await connection.request<Readable>(stream('/bytes/3000000'), {
    onProgress: (progress) => void told.push(progress),
  });
  expect(told).toEqual([]);
  const reader = body[Symbol.asyncIterator]();
  await reader.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  // Nobody took more than a piece, so no more than what streams and sockets buffer was counted.
  expect(told.at(-1)?.bytes).toBeLessThan(1_000_000);
  for (let next = await reader.next(); next.done !== true;) next = await reader.next();
  expect(told.at(-1)).toEqual({ direction: 'down', bytes: 3_000_000, totalBytes: 3_000_000 });
});

test('an error of onProgress ends the stream with it', async () => {
  const connection = connect((await origin()).url);
  const why = new Error('enough');
  const { body } = await connection.request<Readable>(stream('/bytes/300000'), {
    onProgress: () => {
      throw why;
    },
  });
  expect(await rejection(bytesOf(body))).toBe(why);
});

test('a failure of the body below comes up as it is, also to who reads late', async () => {
  const server = await origin();
  const connection = connect(server.url);
  const onProgress = () => undefined;
  for (const late of [false, true]) {
    const { body } = await connection.request<Readable>(stream('/reset'), { onProgress });
    if (late) await until(() => body.destroyed, 'the body was destroyed');
    expect(await rejection(bytesOf(body))).toMatchObject({ code: 'SDK_CONNECTION' });
  }
});

test('unread, it gives its socket back; destroyed, too', async () => {
  const server = await origin();
  const connection = connect(server.url, { timeouts: { idleMs: 80 } });
  const onProgress = () => undefined;
  const unread = await connection.request<Readable>(stream('/bytes/3000000'), { onProgress });
  await until(() => unread.body.destroyed, 'it was given up');
  expect(await rejection(bytesOf(unread.body))).toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'idle',
  });
  const dropped = await connection.request<Readable>(stream('/bytes/3000000'), { onProgress });
  dropped.body.destroy();
  await until(() => server.openSockets() === 0, 'the sockets were closed');
});
