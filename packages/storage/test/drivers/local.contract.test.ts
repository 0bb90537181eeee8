import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { testStorageDriver } from '@sdk/testing';

describe('LocalStorage keeps the contract of storage drivers', () => {
  testStorageDriver({
    test,
    expect,
    open: async () => {
      const root = await mkdtemp(path.join(tmpdir(), 'sdk-local-'));
      const driver = new LocalStorage({ root });
      const close = async (): Promise<void> => {
        await driver.close();
        await rm(root, { recursive: true });
      };
      return { driver, close };
    },
  });
});
