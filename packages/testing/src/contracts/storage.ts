import { randomBytes } from 'node:crypto';
import { isSdkError } from '@sdk/common';
import { collect, rejection } from './runner.js';
import type { StorageBench, StorageContract } from './storage-bench.js';
import { testContainers } from './storage-containers.js';
import { testDownloads } from './storage-downloads.js';
import { testLists } from './storage-lists.js';
import { testObjects } from './storage-objects.js';
import { testUploads } from './storage-uploads.js';

const TEST_MS = 60_000;

/**
 * What holds for every storage driver, as tests of any runner.
 *
 * Each test opens the driver anew, works in a container of its own with a name that nobody has used, empties and deletes
 * it, and closes the driver.
 *
 * @example
 * testStorageDriver({ test, expect, open: async () => ({ driver, close: () => driver.close() }) });
 */
export function testStorageDriver(contract: StorageContract): void {
  const { expect } = contract;
  const freshName = contract.containerName ?? (() => `sdk-${randomBytes(6).toString('hex')}`);

  const on: StorageBench['on'] = (name, run) => {
    contract.test(
      name,
      async () => {
        const { driver, close } = await contract.open();
        try {
          await run(driver);
        } finally {
          await close();
        }
      },
      TEST_MS,
    );
  };

  const inContainer: StorageBench['inContainer'] = (name, run) => {
    on(name, async (driver) => {
      const container = await driver.createContainer(freshName());
      try {
        await run(driver, container);
      } finally {
        await driver.deleteObjects(container, await collect(driver.listObjects(container)));
        await driver.deleteContainer(container);
      }
    });
  };

  const bench: StorageBench = {
    contract,
    expect,
    freshName,
    has: (gap) => contract.gaps?.includes(gap) === true,
    on,
    inContainer,
    expectCode: async (promise, code) => {
      const error = await rejection(promise);
      expect(isSdkError(error)).toBe(true);
      expect(error['code']).toBe(code);
    },
    expectPlain: (model) => {
      expect(JSON.parse(JSON.stringify(model))).toEqual(model);
      expect('raw' in model).toBe(true);
    },
  };

  testContainers(bench);
  testObjects(bench);
  testDownloads(bench);
  testUploads(bench);
  testLists(bench);
}
