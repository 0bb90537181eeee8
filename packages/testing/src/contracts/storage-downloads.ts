import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { patternBytes } from '../origin-routes.js';
import { rejection } from './runner.js';
import type { StorageBench } from './storage-bench.js';

/** Downloads: bytes as they are stored, whole or in ranges. */
export function testDownloads(bench: StorageBench): void {
  const { expect, expectCode, has, inContainer } = bench;

  inContainer(
    'bytes come back as they were stored, never decompressed',
    async (driver, container) => {
      const stored = gzipSync('compressed by the caller');
      await driver.putObject(container, 'x.gz', stored, { contentType: 'application/gzip' });
      const { object, body } = await driver.getObject(container, 'x.gz');
      expect(object.sizeBytes).toBe(stored.length);
      expect((await buffer(body)).equals(stored)).toBe(true);
    },
  );

  inContainer(
    'a range is half-open, and the object is still described whole',
    async (driver, container) => {
      await driver.putObject(container, 'digits', '0123456789');
      const read = async (range: { start: number; end?: number }): Promise<string> => {
        const { object, body } = await driver.getObject(container, 'digits', { range });
        expect(object.sizeBytes).toBe(10);
        return text(body);
      };
      if (!has('rangeOfFirstByte')) expect(await read({ start: 0, end: 1 })).toBe('0');
      expect(await read({ start: 2, end: 5 })).toBe('234');
      expect(await read({ start: 7 })).toBe('789');
      expect(await read({ start: 9, end: 10 })).toBe('9');
      expect(await read({ start: 8, end: 999 })).toBe('89');
      expect(await read({ start: 0, end: 10 })).toBe('0123456789');
    },
  );

  inContainer('a range behind the last byte is answered 416', async (driver, container) => {
    await driver.putObject(container, 'digits', '0123456789');
    const asked = driver.getObject(container, 'digits', { range: { start: 10 } });
    expect((await rejection(asked))['status']).toBe(416);
  });

  inContainer('a range that can be none is a ConfigurationError', async (driver, container) => {
    for (const range of [
      { start: -1 },
      { start: 1.5 },
      { start: 2, end: 2 },
      { start: 3, end: 1 },
      {},
      'x',
    ]) {
      const wrong = range as { start: number };
      await expectCode(driver.getObject(container, 'x', { range: wrong }), 'SDK_CONFIGURATION');
    }
  });

  if (!has('ifMatch')) {
    inContainer(
      'ifMatch answers the object with that etag, whole and in ranges, else it is a PreconditionError',
      async (driver, container) => {
        const { etag: ifMatch } = await driver.putObject(container, 'x', 'first');
        const range = { start: 1, end: 3 };
        const whole = await driver.getObject(container, 'x', { ifMatch });
        expect(await text(whole.body)).toBe('first');
        const part = await driver.getObject(container, 'x', { ifMatch, range });
        expect(await text(part.body)).toBe('ir');
        await driver.putObject(container, 'x', 'second');
        for (const options of [{ ifMatch }, { ifMatch, range }]) {
          const asked = driver.getObject(container, 'x', options);
          // What should not have come is let go.
          const refused = asked.then(({ body }) => void body.destroy());
          await expectCode(refused, 'SDK_PRECONDITION');
        }
      },
    );
  }

  inContainer(
    'a large object comes back byte for byte, and progress tells how far it has come',
    async (driver, container) => {
      const bytes = patternBytes(3 * 1024 * 1024 + 7);
      await driver.putObject(container, 'large', bytes);
      const told: number[] = [];
      const { body } = await driver.getObject(container, 'large', {
        onProgress: ({ direction, bytes: sofar }) => {
          if (direction === 'down') told.push(sofar);
        },
      });
      const hash = createHash('sha256');
      for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(told.at(-1)).toBe(bytes.length);
      expect(told.every((value, index) => index === 0 || value > told[index - 1]!)).toBe(true);
    },
  );

  inContainer(
    'a download that may resume comes back byte for byte, whole and in ranges',
    async (driver, container) => {
      const bytes = patternBytes(300_007);
      await driver.putObject(container, 'resumed', bytes);
      const read = async (range?: { start: number; end: number }): Promise<Buffer> => {
        const options = { resume: true, range };
        return buffer((await driver.getObject(container, 'resumed', options)).body);
      };
      expect((await read()).equals(bytes)).toBe(true);
      expect((await read({ start: 7, end: 200_000 })).equals(bytes.subarray(7, 200_000))).toBe(
        true,
      );
      const wrong = { resume: 'yes' } as unknown as { resume: boolean };
      await expectCode(driver.getObject(container, 'resumed', wrong), 'SDK_CONFIGURATION');
    },
  );

  inContainer("an abort ends a download with the caller's reason", async (driver, container) => {
    await driver.putObject(container, 'large', patternBytes(8 * 1024 * 1024));
    const controller = new AbortController();
    const { body } = await driver.getObject(container, 'large', { signal: controller.signal });
    const failed = once(body, 'error');
    body.once('data', () => controller.abort(new Error('changed my mind')));
    const [error] = (await failed) as [Error];
    expect(error.message).toBe('changed my mind');
    expect(body.destroyed).toBe(true);
    const reason = new Error('before it began');
    const asked = driver.getObject(container, 'large', { signal: AbortSignal.abort(reason) });
    expect((await rejection(asked)) === (reason as unknown)).toBe(true);
  });
}
