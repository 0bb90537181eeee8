import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { until } from '@sdk/testing';
import { startS3Origin } from './s3-origin.js';
import type { S3Origin } from './s3-origin.js';
import { KEY } from './verify-sigv4.js';

let origin: S3Origin;
let s3: S3Storage;

beforeAll(async () => {
  origin = await startS3Origin();
  s3 = new S3Storage({ ...KEY, region: 'us-east-1', endpoint: origin.url, env: {} });
});

afterEach(() => {
  origin.intercept = undefined;
});

afterAll(async () => {
  await s3.close();
  await origin.close();
});

const UNKNOWN = {
  code: 'SDK_MALFORMED_RESPONSE',
  message: expect.stringContaining('does not say how large the object is') as unknown,
  hint: expect.stringContaining('range: { start: 0 }') as unknown,
  decision: { decidedBy: 'default' },
};

test('an answer in chunks, which has no length, is refused, and its connection let go', async () => {
  let closed = false;
  let sent = 0;
  origin.intercept = ({ response }) => {
    sent += 1;
    response.once('close', () => (closed = true));
    response.writeHead(200, { etag: '"e"' });
    response.write('the first bytes, and never the last');
  };
  await expect(s3.getObject('bucket', 'a')).rejects.toMatchObject({ ...UNKNOWN, status: 200 });
  await until(() => closed, 'the connection was let go');
  expect(sent).toBe(1);
});

test.each([false, true])(
  'a range in chunks says the size by Content-Range, with resume: %s',
  async (resume) => {
    origin.intercept = ({ request, response }) => {
      expect(request.headers.range).toBe('bytes=0-');
      response.writeHead(206, { etag: '"e"', 'content-range': 'bytes 0-8/9' });
      response.write('in ');
      response.end('chunks');
    };
    const range = { start: 0 };
    const { object, body } = await s3.getObject('bucket', 'a', { range, resume });
    expect(object.sizeBytes).toBe(9);
    expect(await text(body)).toBe('in chunks');
  },
);

test('the length of a range is not taken for the size of the object', async () => {
  origin.intercept = ({ response }) => {
    const headers = { etag: '"e"', 'content-range': 'bytes 0-3/*', 'content-length': 4 };
    response.writeHead(206, headers).end('part');
  };
  const asked = s3.getObject('bucket', 'a', { range: { start: 0, end: 4 } });
  await expect(asked).rejects.toMatchObject({ ...UNKNOWN, status: 206 });
});

test('headObject refuses an answer that does not say the size, and takes an empty object', async () => {
  origin.intercept = ({ response }) => void response.writeHead(200, { etag: '"e"' }).end();
  await expect(s3.headObject('bucket', 'a')).rejects.toMatchObject(UNKNOWN);
  origin.intercept = ({ response }) =>
    void response.writeHead(200, { etag: '"e"', 'content-length': 0 }).end();
  expect((await s3.headObject('bucket', 'a')).sizeBytes).toBe(0);
});
