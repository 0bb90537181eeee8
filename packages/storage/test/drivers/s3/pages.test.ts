import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { answerXml, fail, startS3Origin } from './s3-origin.js';
import type { S3Call, S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

let origin: S3Origin;
let s3: S3Storage;

beforeAll(async () => {
  origin = await startS3Origin({ pageSize: 2 });
  s3 = new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {}, retry: false });
  await s3.createContainer('bucket');
  for (const name of ['a', 'b +', 'c%', 'd', 'e']) await s3.putObject('bucket', name, 'x');
});

afterEach(() => {
  origin.intercept = undefined;
});

afterAll(async () => {
  await s3.close();
  await origin.close();
});

const failureOf = (promise: Promise<unknown>): Promise<Record<string, unknown>> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Record<string, unknown>,
  );

describe('a list, from an origin of ours with two entries on a page,', () => {
  test('asks for a page only when its first entry is wanted', async () => {
    const before = origin.calls.length;
    const asked = () => origin.calls.length - before;
    const list = s3.listObjects('bucket');
    expect(asked()).toBe(0);
    expect((await list.next()).value).toMatchObject({ name: 'a' });
    expect((await list.next()).value).toMatchObject({ name: 'b +' });
    expect(asked()).toBe(1);
    expect((await list.next()).value).toMatchObject({ name: 'c%' });
    expect(asked()).toBe(2);
    await list.return(undefined);
    expect(asked()).toBe(2);
  });

  test('that has no end by its own word is a MalformedResponseError, not a loop', async () => {
    const pages = {
      repeated: '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>',
      missing: '<IsTruncated>true</IsTruncated>',
    };
    for (const page of Object.values(pages)) {
      origin.intercept = ({ response }) =>
        answerXml(response, `<ListBucketResult>${page}</ListBucketResult>`);
      const before = origin.calls.length;
      const all = async (): Promise<void> => {
        for await (const { name } of s3.listObjects('bucket')) expect(name).toBe('none');
      };
      expect((await failureOf(all()))['code']).toBe('SDK_MALFORMED_RESPONSE');
      expect(origin.calls.length - before).toBeLessThanOrEqual(2);
    }
  });

  test.each([1, 2, 3, 7])(
    'whose pages lead in a circle of %i is a MalformedResponseError, not a loop',
    async (length) => {
      const answerPage = ({ response, query }: S3Call): void => {
        const at = Number(query.get('continuation-token') ?? 0);
        const token = 1 + (at % length);
        const next = `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;
        const buckets = `<ListAllMyBucketsResult><ContinuationToken>${token}</ContinuationToken></ListAllMyBucketsResult>`;
        const isBuckets = !query.has('list-type');
        answerXml(response, isBuckets ? buckets : `<ListBucketResult>${next}</ListBucketResult>`);
      };
      origin.intercept = answerPage;
      for (const list of [() => s3.listObjects('bucket'), () => s3.listContainers()]) {
        const before = origin.calls.length;
        const all = async (): Promise<void> => {
          for await (const { name } of list()) expect(name).toBe('none');
        };
        expect((await failureOf(all()))['code']).toBe('SDK_MALFORMED_RESPONSE');
        expect(origin.calls.length - before).toBeLessThanOrEqual(4 * length);
      }
    },
  );

  test('that is not encoded, against what was asked, is read as it is', async () => {
    origin.intercept = ({ response }) =>
      answerXml(
        response,
        '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a+b%41 &amp; c</Key><Size>007</Size><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>"e"</ETag></Contents></ListBucketResult>',
      );
    expect((await s3.listObjects('bucket').next()).value).toMatchObject({
      name: 'a+b%41 & c',
      sizeBytes: 7,
      etag: 'e',
      modifiedAt: '2026-01-02T03:04:05.678Z',
    });
  });

  test('of buckets follows its pages too', async () => {
    const bucket = (name: string): string => `<Bucket><Name>${name}</Name></Bucket>`;
    origin.intercept = ({ response, query }) => {
      const second = query.get('continuation-token') === 'n+1';
      const more = second ? '' : '<ContinuationToken>n+1</ContinuationToken>';
      const names = second ? bucket('c') : bucket('a') + bucket('b');
      return answerXml(
        response,
        `<ListAllMyBucketsResult><Buckets>${names}</Buckets>${more}</ListAllMyBucketsResult>`,
      );
    };
    const names: string[] = [];
    for await (const { name } of s3.listContainers()) names.push(name);
    expect(names).toEqual(['a', 'b', 'c']);
  });
});

describe('deleting many', () => {
  test('goes in batches of a thousand, each with its MD5', async () => {
    const before = origin.calls.length;
    await s3.deleteObjects(
      'bucket',
      Array.from({ length: 2500 }, (_, index) => `absent-${index}`),
    );
    const sizes = origin.calls
      .slice(before)
      .map(({ body }) => body.toString().split('<Key>').length - 1);
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  test('takes names as they come, and asks one by one for those that XML cannot carry', async () => {
    const odd = 'line\nbreak\u0001';
    await s3.putObject('bucket', odd, 'x');
    await s3.putObject('bucket', '<a>&"\'', 'x');
    const before = origin.calls.length;
    async function* names(): AsyncGenerator<string> {
      yield odd;
      yield '<a>&"\'';
      await Promise.resolve();
    }
    await s3.deleteObjects('bucket', names());
    expect(origin.calls.slice(before).map(({ method }) => method)).toEqual(['DELETE', 'POST']);
    expect(origin.objects('bucket').has(odd)).toBe(false);
    expect(origin.objects('bucket').has('<a>&"\'')).toBe(false);
  });

  test('tells which could not be deleted, though the answer is a 200', async () => {
    const failures = Array.from({ length: 7 }, (_, index) => ({
      name: `k${index}`,
      code: 'AccessDenied',
      message: 'no',
    }));
    const xml = failures.map(
      ({ name, code, message }) =>
        `<Error><Key>${name}</Key><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
    origin.intercept = ({ response }) =>
      answerXml(
        response,
        `<DeleteResult>${xml.join('')}<Error><Key>gone</Key><Code>NoSuchKey</Code></Error></DeleteResult>`,
      );
    const names = [...failures.map(({ name }) => name), 'gone', 'fine'];
    const error = await failureOf(s3.deleteObjects('bucket', names));
    expect(error).toMatchObject({
      code: 'SDK_PERMISSION',
      status: 200,
      providerCode: 'AccessDenied',
      body: failures,
    });
    expect(error['message']).toContain('7 of 9 objects');
  });

  test('counts none for an error that does not say of which, and says that the answer is none', async () => {
    const errors = '<Error/><Error><Key>a</Key><Code>AccessDenied</Code></Error><Error>x</Error>';
    origin.intercept = ({ response }) =>
      answerXml(response, `<DeleteResult>${errors}</DeleteResult>`);
    const error = await failureOf(s3.deleteObjects('bucket', ['a', 'b']));
    expect(error).toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      body: [{ name: 'a', code: 'AccessDenied' }],
    });
    expect(error['message']).toContain('1 of 2 objects');
    expect(error['hint']).toContain('lacks the <Key>');
  });
});

test('an object larger than one copy may be is copied in parts, by an origin of ours that says it is', async () => {
  const size = 6 * 1024 ** 3;
  const ranges: string[] = [];
  origin.intercept = (call) => {
    const { method, request, response, query } = call;
    if (method === 'HEAD') {
      const headers = {
        'content-length': size,
        etag: '"big"',
        'content-type': 'image/x',
        'x-amz-meta-a': 'b',
      };
      return void response.writeHead(200, headers).end();
    }
    if (method === 'PUT' && !query.has('partNumber')) return fail(call, 400, 'InvalidRequest');
    if (method === 'PUT') {
      expect(request.headers['x-amz-copy-source']).toBe('/bucket/a%20b');
      expect(request.headers['x-amz-copy-source-if-match']).toBe('"big"');
      ranges.push(String(request.headers['x-amz-copy-source-range']));
      return answerXml(response, '<CopyPartResult><ETag>"part"</ETag></CopyPartResult>');
    }
    if (query.has('uploads')) {
      expect(request.headers).toMatchObject({ 'content-type': 'image/x', 'x-amz-meta-a': 'b' });
      return false;
    }
    return answerXml(
      response,
      '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>',
    );
  };
  const copy = await s3.copyObject(
    { container: 'bucket', name: 'a b' },
    { container: 'bucket', name: 'c' },
  );
  expect(copy).toMatchObject({ name: 'c', sizeBytes: size });
  ranges.sort((a, b) => parseInt(a.slice(6), 10) - parseInt(b.slice(6), 10));
  expect(ranges).toHaveLength(12);
  expect(ranges[0]).toBe(`bytes=0-${512 * 1024 ** 2 - 1}`);
  expect(ranges.at(-1)).toBe(`bytes=${size - 512 * 1024 ** 2}-${size - 1}`);
});

test('a download is not read ahead of who reads it', async () => {
  let pushed = 0;
  const piece = Buffer.alloc(64 * 1024, 1);
  origin.intercept = async ({ response }) => {
    response.once('close', () => response.emit('drain'));
    response.writeHead(200, { 'content-length': 64 * 1024 * 1024, etag: '"e"' });
    while (pushed < 64 * 1024 * 1024 && !response.destroyed) {
      pushed += piece.length;
      if (!response.write(piece)) {
        await new Promise<void>((resolve) => {
          response.once('drain', resolve);
        });
      }
    }
    response.end();
  };
  const { body } = await s3.getObject('bucket', 'a');
  const reader = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let read = 0;
  while (read < 1024 * 1024) read += (await reader.next()).value.length as number;
  await new Promise((resolve) => setTimeout(resolve, 300));
  // What the sockets of two ends and their streams hold; far from the whole.
  expect(pushed).toBeLessThan(16 * 1024 * 1024);
  for (let next = await reader.next(); next.done !== true; next = await reader.next())
    read += next.value.length;
  expect(read).toBe(64 * 1024 * 1024);
});
