import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@sdk/common';
import type { Container, StorageDriver } from '@sdk/storage';
import { patternBytes } from '../origin-routes.js';
import { collect, inTime, rejection } from './runner.js';
import type { StorageBench } from './storage-bench.js';

/** What a call is given in all, and how long something is silent that only its end can stop. */
const TOTAL_MS = 200;
const SILENT_MS = 1_000;

/** What holds for any call: its options, its signal, its total, and the end of the driver. */
export function testStorageCalls(bench: StorageBench): void {
  const { expect, expectCode, freshName, inContainer, on } = bench;

  /** Every method that takes the options of a call. */
  const calls = (
    driver: StorageDriver,
    container: Container,
  ): Record<string, (options: CallOptions) => Promise<unknown>> => {
    const place = { container, name: 'x' };
    return {
      listContainers: (options) => collect(driver.listContainers(options)),
      getContainer: (options) => driver.getContainer(container, options),
      createContainer: (options) => driver.createContainer(freshName(), options),
      deleteContainer: (options) => driver.deleteContainer(container, options),
      listObjects: (options) => collect(driver.listObjects(container, options)),
      headObject: (options) => driver.headObject(container, 'x', options),
      getObject: (options) => driver.getObject(container, 'x', options),
      putObject: (options) => driver.putObject(container, 'y', 'bytes', options),
      copyObject: (options) => driver.copyObject(place, { container, name: 'y' }, options),
      deleteObject: (options) => driver.deleteObject(container, 'x', options),
      deleteObjects: (options) => driver.deleteObjects(container, ['x'], options),
    };
  };

  inContainer(
    'an option that is not known, or can be none, is a ConfigurationError in every method, and nothing is done',
    async (driver, container) => {
      await driver.putObject(container, 'x', 'bytes');
      const wrong = [
        { tineouts: {} },
        { headers: { 'a b': 'x' } },
        { timeouts: { totalMs: -1 } },
      ] as CallOptions[];
      for (const call of Object.values(calls(driver, container))) {
        for (const options of wrong) await expectCode(call(options), 'SDK_CONFIGURATION');
      }
      const misspelt = { contenttype: 'a/b', resumes: true, after: 'y' } as object;
      await expectCode(driver.putObject(container, 'y', 'z', misspelt), 'SDK_CONFIGURATION');
      await expectCode(driver.getObject(container, 'x', misspelt), 'SDK_CONFIGURATION');
      await expectCode(collect(driver.listObjects(container, misspelt)), 'SDK_CONFIGURATION');
      const left = await collect(driver.listObjects(container));
      expect(left.map(({ name }) => name)).toEqual(['x']);
    },
  );

  inContainer(
    'a signal that has aborted ends every call with its reason, and nothing is done',
    async (driver, container) => {
      await driver.putObject(container, 'x', 'bytes');
      const reason = new Error('no longer wanted');
      const signal = AbortSignal.abort(reason);
      for (const call of Object.values(calls(driver, container))) {
        expect((await rejection(call({ signal }))) === (reason as unknown)).toBe(true);
      }
      const left = await collect(driver.listObjects(container));
      expect(left.map(({ name }) => name)).toEqual(['x']);
    },
  );

  inContainer(
    'an abort ends a list and a copy that are under way with its reason',
    async (driver, container) => {
      await driver.putObject(container, 'x', patternBytes(2 * 1024 * 1024));
      const underWay = calls(driver, container);
      for (const method of ['listObjects', 'copyObject']) {
        const controller = new AbortController();
        const asked = rejection(underWay[method]!({ signal: controller.signal }));
        controller.abort(new Error('changed my mind'));
        expect((await asked) === controller.signal.reason).toBe(true);
      }
    },
  );

  inContainer(
    'totalMs ends an upload whose source is silent, and nothing is stored',
    async (driver, container) => {
      const over = new AbortController();
      async function* silent(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        await sleep(SILENT_MS, undefined, { signal: over.signal });
      }
      const timeouts = { totalMs: TOTAL_MS };
      const asked = driver.putObject(container, 'x', silent(), { timeouts });
      await expectCode(asked, 'SDK_TIMEOUT');
      over.abort();
      expect(await collect(driver.listObjects(container))).toEqual([]);
    },
  );

  inContainer('totalMs ends a download that is not read to its end', async (driver, container) => {
    await driver.putObject(container, 'large', patternBytes(8 * 1024 * 1024));
    const read = async (): Promise<never> => {
      const options = { timeouts: { totalMs: TOTAL_MS } };
      const { body } = await driver.getObject(container, 'large', options);
      const failed = once(body, 'error') as Promise<[Error]>;
      try {
        const [error] = await inTime(failed, SILENT_MS, 'the download did not end');
        throw error;
      } finally {
        body.destroy();
      }
    };
    await expectCode(read(), 'SDK_TIMEOUT');
  });

  on('a driver that is closed refuses every call', async (driver) => {
    const container = { name: freshName(), raw: undefined };
    await driver.close();
    for (const call of Object.values(calls(driver, container))) {
      await expectCode(call({}), 'SDK_CONFIGURATION');
    }
  });
}
