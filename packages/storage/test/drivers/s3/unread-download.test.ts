import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { patternBytes } from '@sdk/testing';
import { startS3Origin, type S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

const BYTES = patternBytes(1024 * 1024);

let origin: S3Origin;
let transport: AxiosTransport;
let s3: S3Storage;

beforeAll(async () => {
  origin = await startS3Origin();
  transport = new AxiosTransport({ maxSockets: 1 });
  const where = { region: 'us-east-1', endpoint: origin.url, httpProxy: false, env: {} } as const;
  s3 = new S3Storage({ ...KEY, ...where, transport });
  await s3.createContainer('bucket');
  await s3.putObject('bucket', 'large', BYTES);
});
afterAll(async () => {
  await s3.close();
  await transport.close();
  await origin.close();
});

test('a download that is read too late has lost its socket to who waited, and says so', async () => {
  const { body } = await s3.getObject('bucket', 'large');
  await s3.headObject('bucket', 'large');
  await expect(buffer(body)).rejects.toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
});

test('one with resume goes on all the same when it is read at last', async () => {
  const { body } = await s3.getObject('bucket', 'large', { resume: true });
  await s3.headObject('bucket', 'large');
  expect((await buffer(body)).equals(BYTES)).toBe(true);
});
