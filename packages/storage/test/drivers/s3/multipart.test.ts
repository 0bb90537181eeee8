import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { createCertificateAuthority, patternBytes, until } from '@sdk/testing';
import { MAX_PARTS, PART_BYTES, partSizes } from '../../../src/drivers/s3/parts.js';
import { fail, startS3Origin } from './s3-origin.js';
import type { S3Call, S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

const MIB = 1024 * 1024;
const warnings: string[] = [];
const logger = {
  debug: () => {},
  info: () => {},
  warn: (message: string) => void warnings.push(message),
  error: () => {},
};
let origin: S3Origin;
let s3: S3Storage;

beforeAll(async () => {
  origin = await startS3Origin();
  s3 = new S3Storage({
    ...KEY,
    region: 'us-east-1',
    endpoint: origin.url,
    env: {},
    retry: { baseDelayMs: 1 },
    logger,
  });
  await s3.createContainer('bucket');
});

afterEach(() => {
  origin.intercept = undefined;
  warnings.length = 0;
});

afterAll(async () => {
  await s3.close();
  await origin.close();
});

async function* stream(
  total: number,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const chunk = patternBytes(MIB);
  for (let at = 0; at < total; at += MIB) {
    const piece = chunk.subarray(0, Math.min(MIB, total - at));
    onRead(piece.length);
    yield piece;
    await Promise.resolve();
  }
}

const isPart = ({ method, query }: S3Call): boolean => method === 'PUT' && query.has('partNumber');
const isCompletion = ({ method, query }: S3Call): boolean =>
  method === 'POST' && query.has('uploadId');
const failureOf = (promise: Promise<unknown>): Promise<Record<string, unknown>> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Record<string, unknown>,
  );

describe('the sizes of parts', () => {
  test('grow where the length is unknown, so that ten thousand hold more than S3 stores in one object', () => {
    const sizeOf = partSizes(undefined);
    let sum = 0;
    for (let number = 1; number <= MAX_PARTS; number += 1) {
      expect(sizeOf(number)).toBeGreaterThanOrEqual(5 * MIB);
      sum += sizeOf(number);
    }
    expect(sum).toBeGreaterThan(5 * 1024 ** 4);
    expect(sizeOf(1000)).toBe(PART_BYTES);
    expect(sizeOf(MAX_PARTS)).toBeLessThanOrEqual(5 * 1024 ** 3);
  });

  test.each([1, PART_BYTES, 80 * 1024 ** 3, 5 * 1024 ** 4])(
    'are equal and enough for a known length of %i',
    (size) => {
      const sizeOf = partSizes(size);
      expect(sizeOf(1)).toBe(sizeOf(MAX_PARTS));
      expect(sizeOf(1) * MAX_PARTS).toBeGreaterThanOrEqual(size);
      expect(sizeOf(1)).toBeGreaterThanOrEqual(5 * MIB);
    },
  );
});

describe('an upload in parts, to an origin of ours that verifies signatures,', () => {
  test('holds four parts at most in memory, and sends no more than three at once', async () => {
    let read = 0;
    let answered = 0;
    let held = 0;
    let atOnce = 0;
    let most = 0;
    origin.intercept = async (call) => {
      if (!isPart(call)) return false;
      atOnce += 1;
      most = Math.max(most, atOnce);
      // Long enough for the next part to be hashed and sent on a slow machine.
      await sleep(200);
      atOnce -= 1;
      answered += call.body.length;
      return false;
    };
    const total = 48 * MIB;
    const object = await s3.putObject(
      'bucket',
      'big',
      stream(total, (bytes) => {
        read += bytes;
        held = Math.max(held, read - answered);
      }),
    );
    expect(object.sizeBytes).toBe(total);
    // Three on their way and one that is being filled, and the chunk that shows that there is more.
    expect(held).toBeLessThanOrEqual(4 * PART_BYTES + MIB);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
    const parts = origin.calls
      .filter(isPart)
      .map(({ request }) => request.headers['x-amz-content-sha256']);
    expect(parts.every((hash) => /^[0-9a-f]{64}$/.test(String(hash)))).toBe(true);
    await s3.deleteObject('bucket', 'big');
  });

  test('keeps to the total of the call as a whole, and is aborted when it has passed', async () => {
    origin.intercept = async (call) => {
      if (isPart(call)) await sleep(400);
      return false;
    };
    const began = Date.now();
    const timeouts = { totalMs: 1000 };
    const error = await failureOf(s3.putObject('bucket', 'slow', stream(100 * MIB), { timeouts }));
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 1000 });
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(origin.uploads.size).toBe(0);
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await new Promise(() => {});
    }
    const waiting = s3.putObject('bucket', 'silent', silent(), { timeouts: { totalMs: 100 } });
    expect(await failureOf(waiting)).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
  });

  test("sends the caller's own headers where they belong", async () => {
    const before = origin.calls.length;
    const headers = { 'x-amz-acl': 'private', 'x-amz-request-payer': 'requester', 'x-own': '1' };
    await s3.putObject('bucket', 'headers', stream(9 * MIB), { headers });
    const seen = origin.calls.slice(before).map(({ request }) => request.headers);
    expect(seen.map((each) => each['x-amz-acl'])).toEqual([
      'private',
      undefined,
      undefined,
      undefined,
    ]);
    for (const each of seen)
      expect(each).toMatchObject({ 'x-amz-request-payer': 'requester', 'x-own': '1' });
  });

  test('sends a part again that failed', async () => {
    let left = 1;
    origin.intercept = (call) =>
      isPart(call) && left-- > 0 ? fail(call, 500, 'InternalError') : false;
    await s3.putObject('bucket', 'again', stream(9 * MIB));
    expect(origin.objects('bucket').get('again')?.bytes.length).toBe(9 * MIB);
  });

  test.each(['the driver', 'a view of it'])(
    'of %s is aborted before close() ends the connection',
    async (which) => {
      const driver = new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {} });
      const user = which === 'the driver' ? driver : driver.with({ retry: false });
      const before = origin.calls.length;
      async function* silent(): AsyncGenerator<Uint8Array> {
        yield* stream(9 * MIB);
        await new Promise(() => {});
      }
      const failed = failureOf(user.putObject('bucket', 'closed', silent()));
      await until(() => origin.calls.slice(before).some(isPart), 'a part was sent');
      if (user !== driver) await user.close();
      expect(origin.uploads.size).toBe(1);
      await driver.close();
      expect(origin.uploads.size).toBe(0);
      const error = await failed;
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
      expect(error['message']).toContain('closed while the upload was under way');
      expect(await failureOf(driver.putObject('bucket', 'late', stream(9 * MIB)))).toMatchObject({
        code: 'SDK_CONFIGURATION',
      });
    },
    20_000,
  );

  test('is aborted where a part is refused, and stores nothing', async () => {
    origin.intercept = (call) =>
      isPart(call) && call.query.get('partNumber') === '2'
        ? fail(call, 403, 'AccessDenied')
        : false;
    const error = await failureOf(s3.putObject('bucket', 'refused', stream(20 * MIB)));
    expect(error).toMatchObject({ code: 'SDK_PERMISSION', providerCode: 'AccessDenied' });
    expect(origin.uploads.size).toBe(0);
    expect(origin.objects('bucket').has('refused')).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('tells of an abort that failed, beside the error that made it necessary', async () => {
    origin.intercept = (call) => {
      if (isPart(call)) return fail(call, 403, 'AccessDenied');
      return call.method === 'DELETE' ? fail(call, 403, 'AccountProblem') : false;
    };
    const error = await failureOf(s3.putObject('bucket', 'stuck', stream(9 * MIB)));
    expect(error).toMatchObject({ code: 'SDK_PERMISSION', providerCode: 'AccessDenied' });
    expect(error['hint']).toContain('could not be aborted');
    expect(error['hint']).toContain('AccountProblem');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain([...origin.uploads.keys()].at(-1));
    (origin.uploads as Map<string, unknown>).clear();
  });

  test('finds a part that arrived as other bytes: IntegrityError, and aborted', async () => {
    origin.intercept = ({ response, ...call }) =>
      isPart({ response, ...call })
        ? void response.setHeader('etag', `"${'0'.repeat(32)}"`).end()
        : false;
    const error = await failureOf(s3.putObject('bucket', 'changed', stream(9 * MIB)));
    expect(error['code']).toBe('SDK_INTEGRITY');
    expect(origin.uploads.size).toBe(0);
  });

  test('fails where its completion fails after a 200, and is aborted', async () => {
    let tries = 0;
    origin.intercept = (call) => {
      if (!isCompletion(call)) return false;
      tries += 1;
      return fail(call, 200, 'InternalError');
    };
    const error = await failureOf(s3.putObject('bucket', 'late', stream(9 * MIB)));
    expect(error).toMatchObject({ code: 'SDK_SERVER', status: 200 });
    expect(tries).toBe(3);
    expect(origin.uploads.size).toBe(0);
  });

  test('reads a completion that S3 kept alive with blanks before it', async () => {
    origin.intercept = (call) => {
      if (!isCompletion(call)) return false;
      const { response } = call;
      const end = response.end.bind(response);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.write('   \n\n');
      Object.assign(response, { writeHead: () => response, end });
      return false;
    };
    const { sizeBytes } = await s3.putObject('bucket', 'slow', stream(9 * MIB));
    expect(sizeBytes).toBe(9 * MIB);
  });

  test('finds out that it was complete where the answer that said so was lost', async () => {
    let lost = 0;
    origin.intercept = (call) => {
      if (!isCompletion(call) || lost > 0) return false;
      lost += 1;
      const { socket } = call.response;
      Object.assign(call.response, {
        end: () => socket?.destroy(),
        writeHead: () => call.response,
      });
      return false;
    };
    const object = await s3.putObject('bucket', 'lost', stream(9 * MIB));
    expect(lost).toBe(1);
    expect(object.etag).toBe(origin.objects('bucket').get('lost')?.etag);
  });

  test('with ifNoneMatch loses to an object that appears meanwhile', async () => {
    origin.intercept = (call) => {
      if (!isPart(call)) return false;
      const objects = origin.objects('bucket') as Map<string, unknown>;
      objects.set('race', {
        bytes: Buffer.from('first'),
        etag: 'e',
        headers: {},
        modified: new Date(),
      });
      return false;
    };
    const error = await failureOf(
      s3.putObject('bucket', 'race', stream(9 * MIB), { ifNoneMatch: '*' }),
    );
    expect(error['code']).toBe('SDK_PRECONDITION');
    expect(origin.uploads.size).toBe(0);
    expect(origin.objects('bucket').get('race')?.bytes.toString()).toBe('first');
  });

  test('is refused before a byte of it is sent where ifNoneMatch is hit already', async () => {
    await s3.putObject('bucket', 'there', 'x');
    const before = origin.calls.length;
    const error = await failureOf(
      s3.putObject('bucket', 'there', stream(9 * MIB), { ifNoneMatch: '*' }),
    );
    expect(error['code']).toBe('SDK_PRECONDITION');
    expect(origin.calls.slice(before).map(({ method }) => method)).toEqual(['HEAD']);
  });
});

describe('one request is enough', () => {
  test('for a stream that ends within the first part', async () => {
    const before = origin.calls.length;
    await s3.putObject('bucket', 'small', stream(3 * MIB));
    expect(origin.calls.slice(before).map(({ method }) => method)).toEqual(['PUT']);
    expect(origin.calls.at(-1)?.request.headers['content-length']).toBe(String(3 * MIB));
  });

  test('for bytes that come back with another MD5 to be an IntegrityError', async () => {
    origin.intercept = ({ response }) =>
      void response.setHeader('etag', `"${'0'.repeat(32)}"`).end();
    expect((await failureOf(s3.putObject('bucket', 'x', 'bytes')))['code']).toBe('SDK_INTEGRITY');
    origin.intercept = (call) => fail(call, 400, 'BadDigest');
    expect((await failureOf(s3.putObject('bucket', 'x', 'bytes')))['code']).toBe('SDK_INTEGRITY');
  });

  test('and an ETag that is no MD5 is not compared', async () => {
    for (const headers of [
      { etag: '"opaque"' },
      { etag: `"${'0'.repeat(32)}"`, 'x-amz-server-side-encryption': 'aws:kms' },
    ]) {
      origin.intercept = ({ response }) => void response.writeHead(200, headers).end();
      expect((await s3.putObject('bucket', 'x', 'bytes')).sizeBytes).toBe(5);
    }
  });

  test('over https: for a known length: the payload is a stream, unsigned, with its length', async () => {
    const authority = await createCertificateAuthority();
    const secure = await startS3Origin({ tls: await authority.issue() });
    const driver = new S3Storage({
      ...KEY,
      region: 'us-east-1',
      endpoint: secure.url,
      env: {},
      tls: { ca: authority.cert },
    });
    try {
      await driver.createContainer('bucket');
      await driver.putObject('bucket', 'x', stream(10 * MIB), { sizeBytes: 10 * MIB });
      const { headers } = secure.calls.at(-1)!.request;
      expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
      expect(headers['content-length']).toBe(String(10 * MIB));
      let opened = 0;
      let left = 1;
      secure.intercept = (call) => (left-- > 0 ? fail(call, 503, 'SlowDown') : false);
      const body = () => {
        opened += 1;
        return stream(10 * MIB);
      };
      await driver.putObject('bucket', 'y', body, { sizeBytes: 10 * MIB });
      expect(opened).toBe(2);
    } finally {
      await driver.close();
      await secure.close();
    }
  });
});
