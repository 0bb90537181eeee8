import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CallOptions } from '@sdk/common';
import type { StorageDriver } from '@sdk/storage';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { startProxy } from '@sdk/testing';
import { answerXml, fail, startS3Origin } from './drivers/s3/s3-origin.js';
import type { S3Origin } from './drivers/s3/s3-origin.js';
import { KEY } from './drivers/s3/verify-sigv4.js';

let origin: S3Origin;
let s3: S3Storage;
let root: string;
let local: LocalStorage;

beforeAll(async () => {
  origin = await startS3Origin();
  s3 = new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {}, retry: false });
  root = await mkdtemp(path.join(tmpdir(), 'sdk-options-'));
  local = new LocalStorage({ root });
  for (const driver of [s3, local]) {
    await driver.createContainer('box');
    await driver.putObject('box', 'x', 'bytes');
  }
});

afterEach(() => {
  origin.intercept = undefined;
});

afterAll(async () => {
  await s3.close();
  await origin.close();
  await local.close();
  await rm(root, { recursive: true, force: true });
});

const failureOf = (promise: Promise<unknown>): Promise<Record<string, unknown>> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Record<string, unknown>,
  );

type Call = (driver: StorageDriver, options: CallOptions) => Promise<unknown>;
const X = { container: 'box', name: 'x' };
const METHODS: readonly (readonly [string, Call])[] = [
  ['listContainers', (driver, options) => all(driver.listContainers(options))],
  ['getContainer', (driver, options) => driver.getContainer('box', options)],
  ['createContainer', (driver, options) => driver.createContainer('new', options)],
  ['deleteContainer', (driver, options) => driver.deleteContainer('box', options)],
  ['listObjects', (driver, options) => all(driver.listObjects('box', options))],
  ['headObject', (driver, options) => driver.headObject('box', 'x', options)],
  ['getObject', (driver, options) => driver.getObject('box', 'x', options)],
  ['putObject', (driver, options) => driver.putObject('box', 'y', Readable.from(['y']), options)],
  ['deleteObject', (driver, options) => driver.deleteObject('box', 'x', options)],
  ['deleteObjects', (driver, options) => driver.deleteObjects('box', [], options)],
  ['copyObject', (driver, options) => driver.copyObject(X, { ...X, name: 'z' }, options)],
];

async function all(entries: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

describe.each(METHODS)('%s', (_, call) => {
  test.each<[string, Record<string, unknown>]>([
    ['signal', { signal: 'x' }],
    ['onProgress', { onProgress: 5 }],
    ['httpProxy', { httpProxy: 'ftp://x' }],
    ['timeouts.totalMs', { timeouts: { totalMs: 'x' } }],
    ['timeouts', { timeouts: null }],
    ['retry.atempts', { retry: { atempts: 1 } }],
    ['headers.a', { headers: { a: 'x\r\ny: z' } }],
    ['headers', { headers: null }],
    ['headers.host', { headers: { host: 'elsewhere' } }],
    ['headers.Content-Length', { headers: { 'Content-Length': '1' } }],
    ['headers.Transfer-Encoding', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ])('refuses a wrong %s on every driver, and sends nothing', async (field, wrong) => {
    const before = origin.calls.length;
    for (const driver of [s3, local]) {
      const error = await failureOf(call(driver, wrong));
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field });
    }
    expect(origin.calls).toHaveLength(before);
  });

  test('is refused after close()', async () => {
    const closed = [
      new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {} }),
      new LocalStorage({ root }),
    ];
    for (const driver of closed) {
      await driver.close();
      expect(await failureOf(call(driver, {}))).toMatchObject({ field: 'close' });
    }
  });
});

test.each(['Authorization', 'x-amz-date', 'X-Amz-Content-Sha256'])(
  'the header %s belongs to the signature, and is refused',
  async (name) => {
    const before = origin.calls.length;
    const error = await failureOf(s3.headObject('box', 'x', { headers: { [name]: 'x' } }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: `headers.${name}` });
    expect(origin.calls).toHaveLength(before);
  },
);

test('copyObject refuses a member of its references that it does not know', async () => {
  const versioned = { ...X, versionId: '1' };
  for (const driver of [s3, local]) {
    expect(await failureOf(driver.copyObject(versioned, { ...X, name: 'z' }))).toMatchObject({
      field: 'source.versionId',
    });
  }
});

describe('timeouts.totalMs on the local disk bounds', () => {
  const timeouts = { totalMs: 60 };
  const total = { code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 60 };

  test('an upload whose source is slow, and nothing of it stays', async () => {
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await sleep(2_000, undefined, { ref: false });
    }
    expect(await failureOf(local.putObject('box', 'slow', slow(), { timeouts }))).toMatchObject(
      total,
    );
    expect(await failureOf(local.headObject('box', 'slow'))).toMatchObject({ status: 404 });
  });

  test('a download that is read slowly', async () => {
    await local.putObject('box', 'big', Buffer.alloc(1_000_000));
    const { body } = await local.getObject('box', 'big', { timeouts });
    const slowly = async (): Promise<void> => {
      for await (const chunk of body) {
        expect((chunk as Buffer).length).toBeGreaterThan(0);
        await sleep(20);
      }
    };
    expect(await failureOf(slowly())).toMatchObject(total);
  });
});

test.each([
  '<Contents><Size>1</Size></Contents>',
  '<Contents><Key/><Size>1</Size></Contents>',
  '<Contents><Key>a</Key><Size>x</Size></Contents>',
  '<Contents><Key>a</Key></Contents>',
  '<CommonPrefixes><Prefix/></CommonPrefixes>',
])('a list of S3 with %s is a MalformedResponseError', async (entry) => {
  origin.intercept = ({ response }) =>
    answerXml(response, `<ListBucketResult>${entry}</ListBucketResult>`);
  expect(await failureOf(all(s3.listObjects('box')))).toMatchObject({
    code: 'SDK_MALFORMED_RESPONSE',
  });
});

test("a signature that fails behind a forwarding proxy hints at tunnel: 'always', and not without one", async () => {
  const proxy = await startProxy();
  origin.intercept = (call) => fail(call, 403, 'SignatureDoesNotMatch');
  try {
    const forwarded = await failureOf(s3.getObject('box', 'x', { httpProxy: proxy.url }));
    expect(forwarded['providerCode']).toBe('SignatureDoesNotMatch');
    expect(forwarded['hint']).toContain("tunnel: 'always'");
    expect(forwarded['hint']).toContain('dot segments');
    const direct = await failureOf(s3.getObject('box', 'x'));
    expect(String(direct['hint'])).not.toContain('tunnel');
  } finally {
    await proxy.close();
  }
});
