import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import S3rver from 's3rver';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { testStorageDriver } from '@sdk/testing';

let directory: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sdk-s3rver-'));
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
  const { address, port } = await server.run();
  endpoint = `http://${address}:${port}`;
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

describe('S3Storage keeps the contract of storage drivers on s3rver, which verifies no signature', () => {
  testStorageDriver({
    test,
    expect,
    gaps: ['ifNoneMatch', 'ifMatch', 'rangeOfFirstByte', 'copiesOfUnusualNames', 'pathLikeNames'],
    open: () => {
      const driver = new S3Storage({
        accessKeyId: 'S3RVER',
        secretAccessKey: 'S3RVER',
        region: 'us-east-1',
        endpoint,
        env: {},
        // It answers 405 to the abort of a multipart upload, which is told here.
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      });
      return Promise.resolve({ driver, close: () => driver.close() });
    },
  });
});
