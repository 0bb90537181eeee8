import { storageBench, type StorageContract } from './storage-bench.js';
import { testStorageCalls } from './storage-calls.js';
import { testContainers } from './storage-containers.js';
import { testDownloads } from './storage-downloads.js';
import { testLists } from './storage-lists.js';
import { testObjects } from './storage-objects.js';
import { testUploads } from './storage-uploads.js';

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
  const bench = storageBench(contract);
  testContainers(bench);
  testObjects(bench);
  testDownloads(bench);
  testUploads(bench);
  testLists(bench);
  testStorageCalls(bench);
}
