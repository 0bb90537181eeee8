import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { until } from '@sdk/testing';
import { answerXml, fail, startS3Origin } from './s3-origin.js';
import type { S3Call, S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

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
  });
  await s3.createContainer('bucket');
  await s3.putObject('bucket', 'x', 'bytes');
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

const always = (status: number, code: string, more?: Record<string, string>) => (call: S3Call) =>
  fail(call, status, code, more);

describe('an answer that an origin of ours makes up becomes the error that fits it:', () => {
  test.each([
    [403, 'AccessDenied', 'SDK_PERMISSION'],
    [400, 'ExpiredToken', 'SDK_AUTHENTICATION'],
    [403, 'InvalidAccessKeyId', 'SDK_AUTHENTICATION'],
    [400, 'InvalidBucketName', 'SDK_VALIDATION'],
    [404, 'NoSuchBucket', 'SDK_NOT_FOUND'],
    [404, 'NoSuchKey', 'SDK_NOT_FOUND'],
    [409, 'OperationAborted', 'SDK_CONFLICT'],
    [412, 'PreconditionFailed', 'SDK_PRECONDITION'],
    [503, 'SlowDown', 'SDK_RATE_LIMIT'],
    [500, 'InternalError', 'SDK_SERVER'],
    [503, 'ServiceUnavailable', 'SDK_SERVER'],
    [418, 'Teapot', 'SDK_RESPONSE'],
  ])('%i %s is %s', async (status, providerCode, code) => {
    origin.intercept = always(status, providerCode);
    const error = await failureOf(s3.getObject('bucket', 'x'));
    expect(error).toMatchObject({ status, providerCode, code, requestId: 'REQ1' });
  });

  test.each([
    [403, 'SDK_PERMISSION'],
    [404, 'SDK_NOT_FOUND'],
    [412, 'SDK_PRECONDITION'],
    [500, 'SDK_SERVER'],
  ])('a HEAD with status %i, which has no body, is %s', async (status, code) => {
    origin.intercept = always(status, 'NotSeen');
    const error = await failureOf(s3.headObject('bucket', 'x'));
    expect(error).toMatchObject({ status, code });
    expect(error['providerCode']).toBeUndefined();
  });

  test('a page that is no XML of S3 is read by its status', async () => {
    origin.intercept = ({ response }) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><title>Bad gateway of somebody</title></html>');
    };
    const error = await failureOf(s3.deleteContainer('bucket'));
    expect(error).toMatchObject({ code: 'SDK_SERVER', status: 502 });
    expect(error['message']).toContain('Bad gateway of somebody');
  });

  test('a server that stores nothing conditionally is an UnsupportedError, for ifNoneMatch alone', async () => {
    origin.intercept = always(501, 'NotImplemented');
    const conditional = s3.putObject('bucket', 'x', 'bytes', { ifNoneMatch: '*' });
    expect((await failureOf(conditional))['code']).toBe('SDK_UNSUPPORTED');
    expect((await failureOf(s3.putObject('bucket', 'x', 'bytes')))['code']).toBe('SDK_SERVER');
  });

  test('an object without a size is a MalformedResponseError, and its body is let go', async () => {
    origin.intercept = ({ response }) => {
      response.writeHead(200, { etag: '"e"', 'transfer-encoding': 'chunked' });
      response.write('endless');
      response.once('close', () => response.end());
    };
    const error = await failureOf(s3.getObject('bucket', 'x'));
    expect(error['code']).toBe('SDK_MALFORMED_RESPONSE');
    await until(() => origin.calls.at(-1)?.response.destroyed === true, 'the socket was let go');
  });

  test('SlowDown is tried again, whatever the method', async () => {
    let left = 2;
    origin.intercept = (call) => (left-- > 0 ? fail(call, 503, 'SlowDown') : false);
    await s3.deleteObjects('bucket', ['absent']);
    expect(left).toBe(-1);
  });

  test('a bucket elsewhere: the error names its region, said by header or by element', async () => {
    origin.intercept = (call) => {
      call.response.setHeader('x-amz-bucket-region', 'eu-central-1');
      fail(call, 301, 'PermanentRedirect');
    };
    for (const ask of [
      () => s3.getObject('bucket', 'x'),
      () => s3.headObject('bucket', 'x'),
      () => s3.getContainer('bucket'),
    ]) {
      const error = await failureOf(ask());
      expect(error['status']).toBe(301);
      expect(error['message']).toContain("region: 'eu-central-1'");
    }
    origin.intercept = always(400, 'AuthorizationHeaderMalformed', { Region: 'ap-south-1' });
    const error = await failureOf(s3.putObject('bucket', 'x', 'bytes'));
    expect(error['message']).toContain("region: 'ap-south-1'");
  });

  test('a redirect to another host is not followed, since the signature is for this one', async () => {
    origin.intercept = (call) => {
      call.response.setHeader('location', 'http://bucket.s3.eu-central-1.example/x?signed=canary');
      call.response.setHeader('x-amz-bucket-region', 'eu-central-1');
      fail(call, 307, 'TemporaryRedirect');
    };
    const error = await failureOf(s3.putObject('bucket', 'x', 'bytes'));
    expect(error['status']).toBe(307);
    expect(error['message']).toContain("region: 'eu-central-1'");
    expect(error['hint']).toContain('http://bucket.s3.eu-central-1.example');
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  test('a redirect on the same host is followed, and signed for its own path', async () => {
    let moved = 0;
    origin.intercept = (call) => {
      if (call.request.url?.includes('moved') !== true) return false;
      moved += 1;
      call.response.writeHead(307, { location: '/bucket/x' }).end();
      return undefined;
    };
    expect((await s3.headObject('bucket', 'moved')).sizeBytes).toBe(5);
    expect(moved).toBe(1);
  });

  test('a copy that fails after its 200 is an error, and tried again where that helps', async () => {
    const document = (code: string): string =>
      `<Error><Code>${code}</Code><Message>late</Message></Error>`;
    const copied = () =>
      s3.copyObject({ container: 'bucket', name: 'x' }, { container: 'bucket', name: 'y' });
    let left = 1;
    origin.intercept = ({ method, response }) =>
      method === 'PUT' && left-- > 0 ? answerXml(response, document('InternalError')) : false;
    expect((await copied()).name).toBe('y');
    origin.intercept = ({ response }) => answerXml(response, document('AccessDenied'));
    const error = await failureOf(copied());
    expect(error).toMatchObject({
      code: 'SDK_PERMISSION',
      status: 200,
      providerCode: 'AccessDenied',
    });
  });

  test('an answer that is not what S3 promises is a MalformedResponseError', async () => {
    origin.intercept = ({ response }) => answerXml(response, '<html><body/></html>');
    const asked = [
      () => s3.listObjects('bucket').next(),
      () => s3.listContainers().next(),
      () => s3.deleteObjects('bucket', ['x']),
      () => s3.copyObject({ container: 'bucket', name: 'x' }, { container: 'bucket', name: 'y' }),
    ];
    for (const ask of asked) {
      expect((await failureOf(ask()))['code']).toBe('SDK_MALFORMED_RESPONSE');
    }
  });

  test('a range that was not asked for is a MalformedResponseError, and the body is let go', async () => {
    origin.intercept = ({ response }) => void response.end('the whole object');
    const error = await failureOf(s3.getObject('bucket', 'x', { range: { start: 2, end: 4 } }));
    expect(error['code']).toBe('SDK_MALFORMED_RESPONSE');
  });

  test('a part in the place of the whole object is a MalformedResponseError', async () => {
    origin.intercept = ({ response }) => {
      response.writeHead(206, { 'content-range': 'bytes 0-1/5', 'content-length': 2 }).end('by');
    };
    expect((await failureOf(s3.getObject('bucket', 'x')))['code']).toBe('SDK_MALFORMED_RESPONSE');
    const { body } = await s3.getObject('bucket', 'x', { headers: { Range: 'bytes=0-1' } });
    body.destroy();
  });

  test.each([false, true])(
    'ifMatch that the server ignores is a PreconditionError where the ETag is another, resume: %s',
    async (resume) => {
      origin.intercept = ({ response }) => {
        response.writeHead(200, { etag: '"of another version"', 'content-length': 2 }).end('by');
      };
      const ifMatch = 'mine';
      const error = await failureOf(s3.getObject('bucket', 'x', { ifMatch, resume }));
      expect(error['code']).toBe('SDK_PRECONDITION');
      const { body } = await s3.getObject('bucket', 'x', { ifMatch: '*', resume });
      body.destroy();
    },
  );

  test('a bucket that is yours already is a ConflictError also where S3 would say 200', async () => {
    const before = origin.calls.length;
    const error = await failureOf(s3.createContainer('bucket'));
    expect(error).toMatchObject({ code: 'SDK_CONFLICT', providerCode: 'BucketAlreadyOwnedByYou' });
    expect(origin.calls.slice(before).map(({ method }) => method)).toEqual(['HEAD']);
  });

  test("somebody else's bucket is a ConflictError", async () => {
    origin.intercept = (call) =>
      call.method === 'HEAD'
        ? fail(call, 403, 'AccessDenied')
        : fail(call, 409, 'BucketAlreadyExists');
    const error = await failureOf(s3.createContainer('theirs'));
    expect(error).toMatchObject({ code: 'SDK_CONFLICT', providerCode: 'BucketAlreadyExists' });
  });
});
