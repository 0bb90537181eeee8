import { inspect } from 'node:util';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AxiosTransport, originOf } from '@sdk/common';
import type { Transport } from '@sdk/common';
import { S3Storage } from '@sdk/storage/drivers/s3';
import type { S3StorageOptions } from '@sdk/storage/drivers/s3';
import { fail, startS3Origin } from './s3-origin.js';
import type { S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

let origin: S3Origin;
const open: S3Storage[] = [];

const s3 = (options: Partial<S3StorageOptions> = {}): S3Storage => {
  const driver = new S3Storage({
    ...KEY,
    region: 'us-east-1',
    endpoint: origin.url,
    env: {},
    ...options,
  });
  open.push(driver);
  return driver;
};

const failureOf = async (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> => {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it succeeded');
};

const everything = (value: unknown): string =>
  [inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value), String(value)].join(
    '\n',
  );

beforeAll(async () => {
  origin = await startS3Origin();
  await s3().createContainer('bucket');
});

afterEach(async () => {
  origin.intercept = undefined;
  origin.clockOffsetMs = 0;
  for (const driver of open.splice(0)) await driver.close();
});

afterAll(() => origin.close());

describe('on an origin of ours that verifies signatures', () => {
  test('a wrong secret is an AuthenticationError that shows nothing of key, token or signature', async () => {
    const secretAccessKey = 'canary-wrong-secret-0123456789';
    const sessionToken = 'canary-session-token-0123456789';
    const driver = s3({ secretAccessKey, sessionToken });
    const error = await failureOf(driver.putObject('bucket', 'x', 'bytes'));
    expect(error['code']).toBe('SDK_AUTHENTICATION');
    expect(error['providerCode']).toBe('SignatureDoesNotMatch');
    const signature = /Signature=([0-9a-f]{64})/.exec(
      origin.calls.at(-1)?.request.headers.authorization ?? '',
    )?.[1];
    expect(signature).toBeDefined();
    const shown =
      everything(error) +
      everything(error['body']) +
      everything(driver) +
      everything({ ...driver });
    for (const secret of [secretAccessKey, sessionToken, signature!])
      expect(shown).not.toContain(secret);
    expect(error.message).not.toContain(KEY.accessKeyId);
  });

  test('an unknown accessKeyId is an AuthenticationError', async () => {
    const error = await failureOf(s3({ accessKeyId: 'AKIDUNKNOWN' }).headObject('bucket', 'x'));
    expect(error['code']).toBe('SDK_PERMISSION'); // a HEAD has no body that would say more
    const told = await failureOf(s3({ accessKeyId: 'AKIDUNKNOWN' }).getObject('bucket', 'x'));
    expect(told).toMatchObject({ code: 'SDK_AUTHENTICATION', providerCode: 'InvalidAccessKeyId' });
  });

  test('a session token goes along, signed, and into presigned URLs', async () => {
    const driver = s3({ sessionToken: 'lent+token/==' });
    await driver.putObject('bucket', 'x', 'bytes');
    expect(origin.calls.at(-1)?.request.headers['x-amz-security-token']).toBe('lent+token/==');
    const url = await driver.presign('bucket', 'x', { method: 'GET', expiresInSeconds: 60 });
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('lent+token/==');
  });

  test('a clock that is wrong is set by the origin once, for every bucket and presigned URL', async () => {
    origin.clockOffsetMs = 3 * 60 * 60_000;
    const driver = s3();
    const before = origin.calls.length;
    await driver.putObject('bucket', 'skewed', 'bytes');
    expect(origin.calls.length - before).toBe(2);
    await driver.getObject('bucket', 'skewed').then(({ body }) => body.resume());
    expect(origin.calls.length - before).toBe(3);
    const url = await driver.presign('bucket', 'skewed', { method: 'GET', expiresInSeconds: 60 });
    const day = new Date(Date.now() + origin.clockOffsetMs)
      .toISOString()
      .replace(/[-:]/g, '')
      .slice(0, 11);
    expect(new URL(url).searchParams.get('X-Amz-Date')).toContain(day);
  });

  test('a wrong clock is set for requests that are under way at once, each of which is sent again', async () => {
    origin.clockOffsetMs = -3 * 60 * 60_000;
    const driver = s3();
    const before = origin.calls.length;
    const names = ['1', '2', '3', '4'];
    await Promise.all(names.map((name) => driver.putObject('bucket', name, 'bytes')));
    expect(origin.calls.length - before).toBeLessThanOrEqual(2 * names.length);
  });

  test('a wrong clock is set by a HEAD that is refused without a word, and the HEAD is sent again once', async () => {
    origin.clockOffsetMs = 3 * 60 * 60_000;
    const driver = s3();
    const before = origin.calls.length;
    expect(await driver.getContainer('bucket')).toMatchObject({ name: 'bucket' });
    expect(origin.calls.length - before).toBe(2);
    const unknown = s3({ accessKeyId: 'AKIDUNKNOWN' });
    const error = await failureOf(unknown.getContainer('bucket'));
    expect(error['code']).toBe('SDK_PERMISSION');
    expect(origin.calls.length - before).toBe(4);
  });

  test('a clock that the origin only claims to be wrong is not asked about twice', async () => {
    origin.intercept = (call) => fail(call, 403, 'RequestTimeTooSkewed');
    const before = origin.calls.length;
    const error = await failureOf(s3().getObject('bucket', 'x'));
    expect(error).toMatchObject({
      code: 'SDK_AUTHENTICATION',
      providerCode: 'RequestTimeTooSkewed',
    });
    expect(origin.calls.length - before).toBe(1);
  });

  test('a stream over http: is refused by request() unless its hash is said', async () => {
    const driver = s3();
    const stream = () => Readable.from([Buffer.from('bytes')], { objectMode: false });
    const spec = { method: 'PUT', path: '/bucket/raw', sizeBytes: 5, expect: 'none' } as const;
    const before = origin.calls.length;
    const error = await failureOf(driver.request({ ...spec, body: stream() }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
    expect(origin.calls.length).toBe(before);
    const hash = '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9';
    const headers = { 'x-amz-content-sha256': hash };
    const answer = await driver.request({ ...spec, body: stream, headers });
    expect(answer.status).toBe(200);
    expect(origin.objects('bucket').get('raw')?.bytes.toString()).toBe('bytes');
  });

  test('each attempt is signed anew', async () => {
    let failures = 1;
    origin.intercept = (call) => (failures-- > 0 ? fail(call, 503, 'SlowDown') : false);
    await s3({ retry: { baseDelayMs: 1100, maxDelayMs: 1100 } }).putObject(
      'bucket',
      'again',
      'bytes',
    );
    const [first, second] = origin.calls.slice(-2).map(({ request }) => request.headers);
    expect(first?.['x-amz-content-sha256']).toBe(second?.['x-amz-content-sha256']);
    expect(origin.objects('bucket').get('again')?.bytes.toString()).toBe('bytes');
  });
});

describe('without an endpoint', () => {
  /** Carries every request to the origin of the test, with the Host that it would have had. */
  class Detour implements Transport {
    readonly name = 'detour';
    readonly #inner = new AxiosTransport();
    readonly #to: string;
    readonly hosts: string[] = [];

    constructor(to: string) {
      this.#to = to;
    }

    send(request: Parameters<Transport['send']>[0]): ReturnType<Transport['send']> {
      this.hosts.push(request.origin.authority);
      const headers = ['Host', request.origin.authority, ...request.headers];
      return this.#inner.send({ ...request, origin: originOf(this.#to), headers });
    }

    close(): Promise<void> {
      return this.#inner.close();
    }
  }

  test("the bucket goes into the host's name and is signed there; a dotted one into the path", async () => {
    const amazon = await startS3Origin({ virtualHost: 's3.eu-west-1.amazonaws.com' });
    const transport = new Detour(amazon.url);
    try {
      const driver = new S3Storage({ ...KEY, region: 'eu-west-1', env: {}, transport });
      await driver.createContainer('my-bucket');
      await driver.putObject('my-bucket', '//a/../b', 'bytes');
      expect(amazon.calls.at(-1)).toMatchObject({ bucket: 'my-bucket', key: '//a/../b' });
      expect(amazon.calls.at(-1)?.request.url).toBe('///a/../b');
      expect(transport.hosts.at(-1)).toBe('my-bucket.s3.eu-west-1.amazonaws.com');
      expect(amazon.calls.find(({ method }) => method === 'PUT')?.body.toString()).toContain(
        '<LocationConstraint>eu-west-1</LocationConstraint>',
      );
      await driver.createContainer('dotted.bucket');
      expect(transport.hosts.at(-1)).toBe('s3.eu-west-1.amazonaws.com');
      const url = await driver.presign('my-bucket', 'ä b', { method: 'GET', expiresInSeconds: 60 });
      expect(url.startsWith('https://my-bucket.s3.eu-west-1.amazonaws.com/%C3%A4%20b?')).toBe(true);
      expect(await driver.deleteContainer('dotted.bucket')).toBeUndefined();
    } finally {
      await transport.close();
      await amazon.close();
    }
  });
});
