import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { StorageDriver } from '@sdk/storage';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { until } from '@sdk/testing';
import { fail, startS3Origin } from './drivers/s3/s3-origin.js';
import type { S3Origin } from './drivers/s3/s3-origin.js';
import { KEY } from './drivers/s3/verify-sigv4.js';

let origin: S3Origin;
let s3: S3Storage;
let root: string;
let local: LocalStorage;

/** A name that S3 deletes in a request of its own, which is denied here; on the disk it is a symbolic link. */
const DENIED = 'denied\n';

beforeAll(async () => {
  origin = await startS3Origin();
  s3 = new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {}, retry: false });
  root = await mkdtemp(path.join(tmpdir(), 'sdk-delete-'));
  local = new LocalStorage({ root });
  for (const driver of [s3, local]) {
    await driver.createContainer('box');
    await driver.putObject('box', 'kept', 'bytes');
  }
  await symlink('kept', path.join(root, 'box', DENIED));
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

function denyOne(): void {
  origin.intercept = (call) => (call.method === 'DELETE' ? fail(call, 403, 'AccessDenied') : false);
}

/** Hands over `first` and then nothing more, and tells whether it was let go. */
function silentBehind(first: readonly string[]): AsyncIterable<string> & {
  readonly returned: () => boolean;
} {
  let returned = false;
  const left = [...first];
  const iterator: AsyncIterator<string> = {
    next: () => {
      const value = left.shift();
      return value === undefined
        ? new Promise<never>(() => {})
        : Promise.resolve({ done: false, value });
    },
    return: () => {
      returned = true;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator, returned: () => returned };
}

const DRIVERS: readonly (readonly [string, () => StorageDriver])[] = [
  ['S3', () => s3],
  ['the local disk', () => local],
];

describe.each(DRIVERS)('deleteObjects on %s', (_, driver) => {
  test('goes on behind a name that cannot be deleted', async () => {
    await driver().putObject('box', 'a', 'x');
    denyOne();
    const error = await failureOf(driver().deleteObjects('box', [DENIED, 'a']));
    expect(error).toMatchObject({ code: 'SDK_PERMISSION', body: [{ name: DENIED }] });
    await expect(driver().headObject('box', 'a')).rejects.toMatchObject({ code: 'SDK_NOT_FOUND' });
  });

  test('that a wrong name ends early tells what could not be deleted before', async () => {
    denyOne();
    async function* names(): AsyncGenerator<string> {
      yield DENIED;
      yield '';
    }
    const error = await failureOf(driver().deleteObjects('box', names()));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'names' });
    expect(error['hint']).toContain('1 objects could not be deleted before that: "denied\\n" (');
  });

  test('ends by its total while its names are silent, tells what could not be deleted, and lets them go', async () => {
    denyOne();
    const names = silentBehind([DENIED]);
    const timeouts = { totalMs: 400 };
    const error = await failureOf(driver().deleteObjects('box', names, { timeouts }));
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 400 });
    expect(error['hint']).toContain('"denied\\n" (');
    expect(names.returned()).toBe(true);
  });

  test("ends with the caller's reason while its names are silent, and lets them go", async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const names = silentBehind([]);
    const { signal } = controller;
    const failed = failureOf(driver().deleteObjects('box', names, { signal }));
    setTimeout(() => controller.abort(reason), 10);
    expect(await failed).toBe(reason);
    expect(names.returned()).toBe(true);
  });

  test('destroys a stream of names that falls silent', async () => {
    const names = new Readable({ objectMode: true, read() {} });
    const failed = driver().deleteObjects('box', names, { timeouts: { totalMs: 60 } });
    expect(await failureOf(failed)).toMatchObject({ code: 'SDK_TIMEOUT' });
    await until(() => names.destroyed, 'the stream was destroyed');
  });

  test.each([
    ['a list', () => ['b']],
    ['an iterable', () => Readable.from(['b'])],
  ])('that is aborted before the first of %s deletes nothing', async (_form, names) => {
    await driver().putObject('box', 'b', 'x');
    const controller = new AbortController();
    const { signal } = controller;
    const failed = failureOf(driver().deleteObjects('box', names(), { signal }));
    controller.abort(new Error('changed my mind'));
    expect(await failed).toBe(signal.reason);
    expect((await driver().headObject('box', 'b')).sizeBytes).toBe(1);
  });
});

describe('deleteObjects on S3', () => {
  test('that an answer ends early tells what could not be deleted before', async () => {
    origin.intercept = (call) => {
      if (call.method === 'DELETE') return fail(call, 403, 'AccessDenied');
      return call.query.has('delete') ? fail(call, 500, 'InternalError') : false;
    };
    const error = await failureOf(s3.deleteObjects('box', [DENIED, 'a']));
    expect(error).toMatchObject({
      code: 'SDK_SERVER',
      body: [{ name: DENIED, code: 'AccessDenied' }],
      decision: { decidedBy: 'default' },
    });
    expect(error['hint']).toContain('InternalError');
    origin.intercept = (call) =>
      call.method === 'DELETE'
        ? fail(call, 403, 'AccessDenied')
        : void call.response.socket?.destroy();
    const broken = await failureOf(s3.deleteObjects('box', [DENIED, 'a']));
    expect(broken['code']).toBe('SDK_CONNECTION');
    expect(broken['hint']).toContain('"denied\\n" (AccessDenied)');
  });
});

test('deleteObjects on the local disk that loses its container tells what could not be deleted before', async () => {
  await local.createContainer('gone');
  await symlink('nowhere', path.join(root, 'gone', 'link'));
  async function* names(): AsyncGenerator<string> {
    yield 'link';
    await rm(path.join(root, 'gone'), { recursive: true });
    yield 'a';
  }
  expect(await failureOf(local.deleteObjects('gone', names()))).toMatchObject({
    code: 'SDK_NOT_FOUND',
    body: [{ name: 'link', code: 'SymbolicLink' }],
    hint: expect.stringContaining('There is no container "gone"') as unknown,
  });
});
