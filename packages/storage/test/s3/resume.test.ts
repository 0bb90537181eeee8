import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { patternBytes, startProxy, until } from '@sdk/testing';
import type { Proxy } from '@sdk/testing';
import { startS3Origin } from './s3-origin.js';
import type { S3Call, S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

const BYTES = patternBytes(1024 * 1024 + 3);
const SHA = sha(BYTES);

let origin: S3Origin;
let proxy: Proxy;
let s3: S3Storage;

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

beforeAll(async () => {
  origin = await startS3Origin();
  proxy = await startProxy();
  s3 = new S3Storage({
    ...KEY,
    region: 'us-east-1',
    endpoint: origin.url,
    httpProxy: { url: proxy.url, tunnel: 'always' },
    env: {},
    retry: { baseDelayMs: 1 },
  });
  await s3.createContainer('bucket');
  await s3.putObject('bucket', 'large', BYTES);
});

afterEach(() => {
  origin.intercept = undefined;
});

afterAll(async () => {
  await s3.close();
  await proxy.close();
  await origin.close();
});

/** Breaks each download off after `bytes` bytes of it, so often. */
function breakOff(times: number, bytes: number): { readonly asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  let left = times;
  origin.intercept = ({ method, request, response }: S3Call) => {
    if (method !== 'GET') return false;
    asked.push(request.headers.range);
    if (left === 0) return false;
    left -= 1;
    const { start, end } = rangeOf(request.headers.range);
    const etag = createHash('md5').update(BYTES).digest('hex');
    response.setHeader('etag', `"${etag}"`).setHeader('content-length', end - start);
    if (request.headers.range !== undefined) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${end - 1}/${BYTES.length}`);
    }
    response.write(BYTES.subarray(start, start + bytes), () =>
      setTimeout(() => response.destroy(), 5),
    );
    return undefined;
  };
  return { asked };
}

function rangeOf(header: string | undefined): { readonly start: number; readonly end: number } {
  const [, first = '0', last = String(BYTES.length - 1)] =
    /^bytes=(\d+)-(\d+)?/.exec(header ?? '') ?? [];
  return { start: Number(first), end: Number(last) + 1 };
}

async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Record<string, unknown>,
  );
}

describe('a download with resume: true', () => {
  test('goes on where it broke off, and comes back byte for byte', async () => {
    const { asked } = breakOff(5, 100_000);
    const { object, body } = await s3.getObject('bucket', 'large', { resume: true });
    expect(object.sizeBytes).toBe(BYTES.length);
    expect(sha(await buffer(body))).toBe(SHA);
    expect(asked).toHaveLength(6);
    expect(asked[0]).toBeUndefined();
    expect(asked.slice(1).every((range) => range?.endsWith(`-${BYTES.length - 1}`))).toBe(true);
  });

  test('keeps to the range that was asked for, and its progress is that of the whole', async () => {
    breakOff(2, 70_000);
    const told: number[] = [];
    const range = { start: 1000, end: 300_000 };
    const { body } = await s3.getObject('bucket', 'large', {
      resume: true,
      range,
      onProgress: ({ bytes }) => told.push(bytes),
    });
    expect((await buffer(body)).equals(BYTES.subarray(1000, 300_000))).toBe(true);
    expect(told.at(-1)).toBe(299_000);
    expect(told.every((value, i) => i === 0 || value > told[i - 1]!)).toBe(true);
  });

  test('ends with a PreconditionError where the object was changed meanwhile', async () => {
    await s3.putObject('bucket', 'changing', BYTES);
    let calls = 0;
    origin.intercept = ({ method, response, key }: S3Call) => {
      if (method !== 'GET' || key !== 'changing' || (calls += 1) > 1) return false;
      const etag = createHash('md5').update(BYTES).digest('hex');
      response.setHeader('etag', `"${etag}"`).setHeader('content-length', BYTES.length);
      response.write(BYTES.subarray(0, 1000), () => setTimeout(() => response.destroy(), 5));
      return undefined;
    };
    const { body } = await s3.getObject('bucket', 'changing', { resume: true });
    await s3.putObject('bucket', 'changing', 'other bytes');
    expect((await failureOf(buffer(body)))['code']).toBe('SDK_PRECONDITION');
  });

  test('gives up where it breaks off again and again without progress', async () => {
    const { asked } = breakOff(100, 10);
    const { body } = await s3.getObject('bucket', 'large', {
      resume: true,
      retry: { attempts: 4, baseDelayMs: 1 },
    });
    expect((await failureOf(buffer(body)))['code']).toBe('SDK_CONNECTION');
    expect(asked).toHaveLength(4);
  });

  test('does not go on with retry: false', async () => {
    const { asked } = breakOff(1, 10);
    const { body } = await s3.getObject('bucket', 'large', { resume: true, retry: false });
    expect((await failureOf(buffer(body)))['code']).toBe('SDK_CONNECTION');
    expect(asked).toHaveLength(1);
  });

  test("ends with the caller's reason where the signal aborts, and with the total where it passes", async () => {
    breakOff(100, 100_000);
    const controller = new AbortController();
    const { body } = await s3.getObject('bucket', 'large', {
      resume: true,
      signal: controller.signal,
    });
    const failed = once(body, 'error');
    body.once('data', () => controller.abort(new Error('changed my mind')));
    expect(((await failed) as [Error])[0].message).toBe('changed my mind');

    origin.intercept = ({ method, response }: S3Call) => {
      if (method !== 'GET') return false;
      response.setHeader('etag', '"x"').setHeader('content-length', BYTES.length);
      response.write(BYTES.subarray(0, 10));
      return undefined;
    };
    const slow = await s3.getObject('bucket', 'large', {
      resume: true,
      timeouts: { totalMs: 300 },
    });
    expect(await failureOf(buffer(slow.body))).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
    });
  });

  test('lets its connection go when it is destroyed', async () => {
    origin.intercept = ({ method, response }: S3Call) => {
      if (method !== 'GET') return false;
      response.setHeader('etag', '"x"').setHeader('content-length', BYTES.length);
      response.write(BYTES.subarray(0, 10));
      return undefined;
    };
    const { body } = await s3.getObject('bucket', 'large', { resume: true });
    await once(body, 'readable');
    const before = proxy.stats.openConnections;
    body.destroy();
    await until(() => proxy.stats.openConnections === before - 1, 'the tunnel to close');
    expect(body.destroyed).toBe(true);
  });

  test('without a strong etag it fails as one without resume does', async () => {
    origin.intercept = ({ method, response }: S3Call) => {
      if (method !== 'GET') return false;
      response.setHeader('etag', 'W/"x"').setHeader('content-length', BYTES.length);
      response.write(BYTES.subarray(0, 10), () => setTimeout(() => response.destroy(), 5));
      return undefined;
    };
    const { body } = await s3.getObject('bucket', 'large', { resume: true });
    expect((await failureOf(buffer(body)))['code']).toBe('SDK_CONNECTION');
  });

  test('anything but true and false is a ConfigurationError', async () => {
    const resume = 'yes' as unknown as boolean;
    const error = await failureOf(s3.getObject('bucket', 'large', { resume }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'resume' });
  });
});
