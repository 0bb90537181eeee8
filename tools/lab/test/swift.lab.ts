import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { readEndpoints } from '../endpoints.js';
import { sendRaw } from './raw-http.js';
import { signV4 } from './sign-v4.js';
import type { SigningOptions } from './sign-v4.js';

const { swift, certificates } = readEndpoints();
const ca = readFileSync(certificates.origin.ca, 'utf8');

type Call = Partial<Omit<SigningOptions, 'method' | 'url'>>;

const sendS3 = (method: string, url: string, call: Call = {}) =>
  sendRaw(url, {
    method,
    ca,
    headers: signV4({ ...swift, method, url, ...call }),
    ...(call.body === undefined ? {} : { body: call.body }),
  });

describe('the Swift of the lab', () => {
  test.each([
    ['plain', swift.s3],
    ['under TLS', swift.s3Tls],
  ])('keeps an object for S3 clients, %s', async (_, endpoint) => {
    const bucket = `${endpoint}/bucket-${new URL(endpoint).port}`;
    expect(await sendS3('PUT', bucket)).toMatchObject({ status: 200 });
    expect(await sendS3('PUT', `${bucket}/a`, { body: 'bytes' })).toMatchObject({ status: 200 });
    expect(await sendS3('GET', `${bucket}/a`)).toMatchObject({ status: 200, body: 'bytes' });
    const list = await sendS3('GET', `${bucket}?list-type=2`);
    expect(list.body).toContain('<Key>a</Key>');
    expect(await sendS3('DELETE', bucket)).toMatchObject({ status: 409 });
    expect(await sendS3('DELETE', `${bucket}/a`)).toMatchObject({ status: 204 });
    expect(await sendS3('DELETE', bucket)).toMatchObject({ status: 204 });
  });

  test('keeps a multipart upload together', async () => {
    const bucket = `${swift.s3}/multipart-self-check`;
    const object = `${bucket}/whole`;
    expect(await sendS3('PUT', bucket)).toMatchObject({ status: 200 });
    const created = await sendS3('POST', `${object}?uploads=`);
    const uploadId = /<UploadId>([^<]+)</.exec(created.body)?.[1] ?? '';
    const part = await sendS3('PUT', `${object}?partNumber=1&uploadId=${uploadId}`, {
      body: 'the only part',
    });
    const etag = String(part.headers.etag);
    const body =
      `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>` +
      '</CompleteMultipartUpload>';
    const completed = await sendS3('POST', `${object}?uploadId=${uploadId}`, { body });
    expect(completed).toMatchObject({ status: 200, body: expect.stringContaining('-1') });
    expect(await sendS3('GET', object)).toMatchObject({ status: 200, body: 'the only part' });
    expect(await sendS3('DELETE', object)).toMatchObject({ status: 204 });
    expect(await sendS3('DELETE', bucket)).toMatchObject({ status: 204 });
  });

  test.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key id', { accessKeyId: 'test:nobody' }, 'SignatureDoesNotMatch'],
    ['a clock that is an hour slow', { now: new Date(Date.now() - 3.6e6) }, 'RequestTimeTooSkewed'],
  ])('refuses %s', async (_, call, code) => {
    const answer = await sendS3('GET', `${swift.s3}/`, call);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  test('refuses a body that was changed after it was signed', async () => {
    const bucket = `${swift.s3}/changed-self-check`;
    expect(await sendS3('PUT', bucket)).toMatchObject({ status: 200 });
    const url = `${bucket}/a`;
    const headers = signV4({ ...swift, method: 'PUT', url, body: 'signed' });
    const answer = await sendRaw(url, { method: 'PUT', headers, body: 'change' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('<Code>BadDigest</Code>');
    expect(await sendS3('DELETE', bucket)).toMatchObject({ status: 204 });
  });

  test('ends a failed HEAD with a chunk that HTTP does not allow there', async () => {
    // Real servers do this, so the transport has to bear it; the day Swift stops, this test says so.
    const url = new URL(`${swift.s3}/no-such-bucket/no-such-key`);
    const headers = signV4({ ...swift, method: 'HEAD', url: url.href });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.write(`HEAD ${url.pathname} HTTP/1.1\r\n${lines.join('')}connection: close\r\n\r\n`);
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    expect(text).toMatch(/\r\n\r\n0\r\n\r\n$/);
  });

  test.each([
    ['plain', swift.authUrl],
    ['under TLS', swift.authUrlTls],
  ])('gives a TempAuth token that opens the account, %s', async (_, authUrl) => {
    const credentials = { 'x-auth-user': swift.username, 'x-auth-key': swift.key };
    const identified = await sendRaw(authUrl, { ca, headers: credentials });
    expect(identified.status).toBe(200);
    const storageUrl = String(identified.headers['x-storage-url']);
    expect(new URL(storageUrl).origin).toBe(new URL(authUrl).origin);
    const token = String(identified.headers['x-auth-token']);
    const account = await sendRaw(storageUrl, { ca, headers: { 'x-auth-token': token } });
    expect([200, 204]).toContain(account.status);
    const wrong = await sendRaw(authUrl, { ca, headers: { ...credentials, 'x-auth-key': 'no' } });
    expect(wrong.status).toBe(401);
  });
});
