import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { StorageDriver, Container } from '@sdk/storage';
import { patternBytes } from '../origin-routes.js';
import { collect, rejection } from './runner.js';
import type { StorageBench } from './storage-bench.js';

const MIB = 1024 * 1024;

async function* pieces(total: number, size: number): AsyncGenerator<Uint8Array> {
  // The same memory each time, as a reader with one buffer yields it: whoever keeps a chunk must copy it.
  const piece = Buffer.alloc(size);
  for (let at = 0; at < total; at += size) {
    const length = Math.min(size, total - at);
    patternBytes(length, at).copy(piece);
    yield piece.subarray(0, length);
    await Promise.resolve();
  }
}

/** A stream that tells, in place of ending the process, that nobody listened to its failure. */
class Watched extends Readable {
  unheard = false;

  override _read(): void {}

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'error' && this.listenerCount('error') === 0) {
      this.unheard = true;
      return false;
    }
    return super.emit(event, ...values);
  }
}

/** Uploads: every form of a body, whole or not at all. */
export function testUploads(bench: StorageBench): void {
  const { expect, expectCode, has, inContainer } = bench;
  const largeBytes = bench.contract.largeBytes ?? 9 * MIB + 5;

  const names = async (driver: StorageDriver, container: Container): Promise<string[]> =>
    (await collect(driver.listObjects(container))).map(({ name }) => name);

  inContainer(
    'a body may be text, bytes, a stream, an async iterable or a function that opens one',
    async (driver, container) => {
      const bytes = Buffer.from('größe');
      const view = new Uint8Array(Buffer.concat([Buffer.from('>>'), bytes])).subarray(2);
      const bodies = {
        text: 'größe',
        bytes,
        view,
        readable: Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]),
        strings: Readable.from(['grö', 'ße']),
        iterable: pieces(0, 1),
        function: () => Readable.from([bytes]),
        known: Readable.from([bytes], { objectMode: false }),
      };
      for (const [name, body] of Object.entries(bodies)) {
        const sizeBytes = name === 'known' ? bytes.length : undefined;
        const object = await driver.putObject(container, name, body, { sizeBytes });
        expect(object.sizeBytes).toBe(name === 'iterable' ? 0 : bytes.length);
        const { body: back } = await driver.getObject(container, name);
        expect(await text(back)).toBe(name === 'iterable' ? '' : 'größe');
      }
    },
  );

  inContainer('an empty object is one', async (driver, container) => {
    expect((await driver.putObject(container, 'empty', '')).sizeBytes).toBe(0);
    const { object, body } = await driver.getObject(container, 'empty');
    expect(object.sizeBytes).toBe(0);
    expect((await buffer(body)).length).toBe(0);
  });

  for (const known of [false, true]) {
    const what = known ? 'known' : 'unknown';
    inContainer(
      `a large stream of ${what} length comes back byte for byte`,
      async (driver, container) => {
        const told: number[] = [];
        const metadata = { kind: 'large' };
        const object = await driver.putObject(container, 'large', pieces(largeBytes, 100_000), {
          contentType: 'application/x-tar',
          metadata,
          sizeBytes: known ? largeBytes : undefined,
          onProgress: ({ direction, bytes }) => {
            if (direction === 'up') told.push(bytes);
          },
        });
        expect(object).toMatchObject({
          sizeBytes: largeBytes,
          contentType: 'application/x-tar',
          metadata,
        });
        expect(told.at(-1)).toBe(largeBytes);
        const { object: found, body } = await driver.getObject(container, 'large');
        expect(found).toMatchObject({
          sizeBytes: largeBytes,
          contentType: 'application/x-tar',
          metadata,
        });
        expect(found.etag).toBe(object.etag);
        const hash = createHash('sha256');
        for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk);
        expect(hash.digest('hex')).toBe(
          createHash('sha256').update(patternBytes(largeBytes)).digest('hex'),
        );
      },
    );
  }

  for (const size of [1000, largeBytes]) {
    inContainer(
      `a stream that fails after ${size} bytes stores nothing, and its own error comes back`,
      async (driver, container) => {
        const source = new Error('the source broke');
        async function* broken(): AsyncGenerator<Uint8Array> {
          yield* pieces(size, 100_000);
          throw source;
        }
        expect(
          (await rejection(driver.putObject(container, 'x', broken()))) === (source as unknown),
        ).toBe(true);
        expect(await names(driver, container)).toEqual([]);
        await driver.putObject(container, 'x', 'before');
        await rejection(driver.putObject(container, 'x', Readable.from(broken())));
        expect(await text((await driver.getObject(container, 'x')).body)).toBe('before');
      },
    );
  }

  inContainer(
    'a Readable that fails before it is read fails the upload with its own error, and somebody hears it',
    async (driver, container) => {
      const source = new Error('there is no such file');
      const stream = new Watched();
      const asked = rejection(driver.putObject(container, 'x', stream));
      stream.destroy(source);
      expect((await asked) === (source as unknown)).toBe(true);
      // An 'error' that nobody listens to would end the process.
      expect(stream.unheard).toBe(false);
      expect(await names(driver, container)).toEqual([]);
    },
  );

  inContainer(
    'an abort ends an upload whose source is silent, and nothing is stored',
    async (driver, container) => {
      for (const size of [1000, largeBytes]) {
        const controller = new AbortController();
        let release: (() => void) | undefined;
        async function* silent(): AsyncGenerator<Uint8Array> {
          yield* pieces(size, 100_000);
          controller.abort(new Error('changed my mind'));
          // Whoever waits for this source waits until the test is given up.
          await new Promise<void>((resolve) => (release = resolve));
        }
        const { signal } = controller;
        const error = await rejection(driver.putObject(container, 'x', silent(), { signal }));
        expect(error === signal.reason).toBe(true);
        release?.();
      }
      expect(await names(driver, container)).toEqual([]);
    },
  );

  inContainer(
    'a stream that is not as long as sizeBytes says is refused, and stores nothing',
    async (driver, container) => {
      for (const sizeBytes of [4, 6]) {
        await expectCode(
          driver.putObject(container, 'x', 'bytes', { sizeBytes }),
          'SDK_CONFIGURATION',
        );
        const stream = Readable.from([Buffer.from('bytes')]);
        await expectCode(
          driver.putObject(container, 'x', stream, { sizeBytes }),
          'SDK_CONFIGURATION',
        );
      }
      const longer = { sizeBytes: largeBytes + 1 };
      await expectCode(
        driver.putObject(container, 'x', pieces(largeBytes, 100_000), longer),
        'SDK_CONFIGURATION',
      );
      expect(await names(driver, container)).toEqual([]);
    },
  );

  inContainer(
    'what can be no body, or say nothing of one, is a ConfigurationError',
    async (driver, container) => {
      for (const body of [undefined, null, 5, {}, () => 'x', Readable.from([{}])]) {
        await expectCode(driver.putObject(container, 'x', body as string), 'SDK_CONFIGURATION');
      }
      const wrong: Record<string, unknown>[] = [
        { metadata: { 'a b': 'x' } },
        { metadata: { a: 'ü' } },
        { metadata: { a: 'x\r\ny: z' } },
        { metadata: { a: ' x' } },
        { metadata: { a: '' } },
        { metadata: { A: '1', a: '2' } },
        { metadata: { a: 'x'.repeat(3000) } },
        { contentType: 'text/plain\r\nx: y' },
        { contentType: '' },
        { ifNoneMatch: 'abc' },
        { sizeBytes: -1 },
      ];
      for (const options of wrong) {
        await expectCode(driver.putObject(container, 'x', 'bytes', options), 'SDK_CONFIGURATION');
      }
      const used = Readable.from(['x']);
      await text(used);
      await expectCode(driver.putObject(container, 'x', used), 'SDK_CONFIGURATION');
      expect(await names(driver, container)).toEqual([]);
    },
  );

  if (!has('ifNoneMatch')) {
    inContainer(
      'ifNoneMatch stores where there is nothing, else it is a PreconditionError',
      async (driver, container) => {
        const options = { ifNoneMatch: '*' } as const;
        await driver.putObject(container, 'x', 'first', options);
        await expectCode(driver.putObject(container, 'x', 'second', options), 'SDK_PRECONDITION');
        await expectCode(
          driver.putObject(container, 'x', pieces(largeBytes, 100_000), options),
          'SDK_PRECONDITION',
        );
        expect(await text((await driver.getObject(container, 'x')).body)).toBe('first');
      },
    );
  }

  inContainer('twenty uploads at once do not mix', async (driver, container) => {
    const controller = new AbortController();
    const all = Array.from({ length: 20 }, (_, index) => `object-${index}`);
    const { signal } = controller;
    await Promise.all(
      all.map((name) => driver.putObject(container, name, Readable.from([name]), { signal })),
    );
    const back = await Promise.all(
      all.map(async (name) => text((await driver.getObject(container, name, { signal })).body)),
    );
    expect(back).toEqual(all);
  });
}
