import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { answerXml, fail } from './s3-origin.js';
import type { S3Call } from './s3-origin.js';
import {
  failLate,
  failureOf,
  insteadOfAnswer,
  isCompletion,
  isPart,
  lose,
  MIB,
  startStand,
  stream,
} from './stand.js';
import type { Stand } from './stand.js';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
});

afterEach(() => {
  stand.origin.intercept = undefined;
});

afterAll(() => stand.close());

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Does the first call that fits, and answers it so. */
function once(fits: (call: S3Call) => boolean, tell: (call: S3Call) => unknown): void {
  let left = 1;
  stand.origin.intercept = (call) =>
    fits(call) && left-- > 0 ? insteadOfAnswer(call, tell) : false;
}

/** Something is stored under a name when the first call that fits comes, which is answered so. */
function storeInstead(
  fits: (call: S3Call) => boolean,
  name: string,
  object: { readonly bytes: Buffer; readonly etag: string; readonly headers: object },
  tell: (call: S3Call) => unknown,
  ageMs = 0,
): void {
  let left = 1;
  stand.origin.intercept = (call) => {
    if (!fits(call) || left-- <= 0) return false;
    stand.objects().set(name, { ...object, modified: new Date(Date.now() - ageMs) });
    tell(call);
    return undefined;
  };
}

const isPut = ({ method, key }: S3Call): boolean => method === 'PUT' && key !== undefined;

describe('an upload with ifNoneMatch whose first answer was lost', () => {
  const put = (name: string, text = 'mine') =>
    stand.s3.putObject('bucket', name, text, { ifNoneMatch: '*', metadata: { by: 'me' } });

  test('has stored the object that its repetition finds, where that has the bytes and the metadata', async () => {
    once(isPut, lose);
    const object = await put('lock');
    expect(object).toMatchObject({ name: 'lock', etag: md5('mine'), metadata: { by: 'me' } });
  });

  test.each([
    ['other bytes', 'his', { 'x-amz-meta-by': 'me' }, 0],
    ['other metadata', 'mine', { 'x-amz-meta-by': 'him' }, 0],
    ['the same, and was there before', 'mine', { 'x-amz-meta-by': 'me' }, 60_000],
  ])("has not stored somebody else's, which has %s", async (_what, text, headers, ageMs) => {
    const theirs = { bytes: Buffer.from(text), etag: md5(text), headers };
    const refuse = (call: S3Call): void => fail(call, 503, 'SlowDown');
    storeInstead(isPut, 'theirs', theirs, refuse, ageMs);
    const error = await failureOf(put('theirs'));
    expect(error['code']).toBe('SDK_PRECONDITION');
    expect(error['hint']).toBeUndefined();
    stand.objects().delete('theirs');
  });

  test('may have stored it, says the hint, where an ETag that is no MD5 cannot tell', async () => {
    const headers = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-meta-by': 'me' };
    storeInstead(
      isPut,
      'sealed',
      { bytes: Buffer.from('mine'), etag: md5('other'), headers },
      lose,
    );
    const error = await failureOf(put('sealed'));
    expect(error['code']).toBe('SDK_PRECONDITION');
    expect(error['hint']).toContain('may have stored the object');
  });

  test('is refused without a look where nothing was lost', async () => {
    await put('there');
    stand.calls();
    expect(await failureOf(put('there'))).toMatchObject({ code: 'SDK_PRECONDITION' });
    expect(stand.calls()).toEqual(['PUT']);
  });
});

describe('an upload in parts whose completion', () => {
  const put = (name: string) => stand.s3.putObject('bucket', name, stream(9 * MIB));

  test.each<[string, (call: S3Call) => unknown]>([
    ['failed after a 200', failLate],
    ['was answered by a page of somebody else', ({ response }) => answerXml(response, '<html/>')],
    ['was answered by nothing', ({ response }) => response.writeHead(200).end()],
  ])('was done and %s is stored', async (_how, tell) => {
    once(isCompletion, tell);
    const object = await put('whole');
    expect(object).toMatchObject({ sizeBytes: 9 * MIB });
    expect(object.etag).toBe(stand.origin.objects('bucket').get('whole')?.etag);
    await stand.s3.deleteObject('bucket', 'whole');
  });

  describe('was lost, and whose parts have ETags that are no MD5s,', () => {
    const found = (bytes: number, etag: string): void => {
      storeInstead(isCompletion, 'sealed', { bytes: Buffer.alloc(bytes), etag, headers: {} }, lose);
      const { intercept } = stand.origin;
      stand.origin.intercept = (call) => {
        if (isPart(call)) return void call.response.setHeader('etag', '"sealed"').end();
        if (intercept?.(call) !== false) return undefined;
        return isCompletion(call) ? fail(call, 404, 'NoSuchUpload') : false;
      };
    };

    test('is recognised by its size and the number of its parts', async () => {
      found(9 * MIB, 'opaque-2');
      expect(await put('sealed')).toMatchObject({ etag: 'opaque-2', sizeBytes: 9 * MIB });
    });

    test.each([
      ['size', MIB, 'opaque-2'],
      ['number of parts', 9 * MIB, 'opaque-3'],
    ])('may have been stored, says the hint, where the %s is another', async (_what, ...other) => {
      found(...other);
      const error = await failureOf(put('sealed'));
      expect(error).toMatchObject({ code: 'SDK_NOT_FOUND', providerCode: 'NoSuchUpload' });
      expect(error['hint']).toContain('may have stored the object');
    });
  });
});

describe('a container', () => {
  const isBucket =
    (method: string) =>
    (call: S3Call): boolean =>
      call.method === method && call.key === undefined;

  test('is created also where the answer was lost and the repetition finds it', async () => {
    once(isBucket('PUT'), lose);
    expect(await stand.s3.createContainer('made')).toMatchObject({ name: 'made' });
    once(isBucket('PUT'), lose);
    expect(await failureOf(stand.s3.createContainer('made'))).toMatchObject({
      code: 'SDK_CONFLICT',
    });
  });

  test('is deleted also where the answer was lost and the repetition finds none', async () => {
    once(isBucket('DELETE'), lose);
    await stand.s3.deleteContainer('made');
    const error = await failureOf(stand.s3.deleteContainer('made'));
    expect(error).toMatchObject({ code: 'SDK_NOT_FOUND', providerCode: 'NoSuchBucket' });
  });

  test("is somebody else's where it was hidden before", async () => {
    let puts = 0;
    stand.origin.intercept = (call) => {
      if (call.method === 'HEAD') return fail(call, 403, 'AccessDenied');
      puts += 1;
      return puts === 1 ? lose(call) : fail(call, 409, 'BucketAlreadyExists');
    };
    const error = await failureOf(stand.s3.createContainer('theirs'));
    expect(error).toMatchObject({ code: 'SDK_CONFLICT', providerCode: 'BucketAlreadyExists' });
  });
});
