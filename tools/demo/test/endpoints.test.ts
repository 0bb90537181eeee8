import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { createCertificateAuthority } from '@sdk/testing';
import type { CertificateAuthority } from '@sdk/testing';
import { startEndpoints } from '../src/endpoints.js';
import type { Endpoints } from '../src/endpoints.js';

let ca: CertificateAuthority;
let endpoints: Endpoints;
beforeAll(async () => {
  ca = await createCertificateAuthority();
  endpoints = await startEndpoints(ca);
});
afterAll(() => endpoints.close());

function call(url: string, method: string, body = ''): Promise<{ status: number; body: string }> {
  const { request } = url.startsWith('https:') ? https : http;
  // s3rver looks up the key of a signature and does not check the rest.
  const headers = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=S3RVER/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
    'x-amz-date': `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  };
  return new Promise((resolve, reject) => {
    request(url, { method, headers, ca: ca.cert, agent: false }, (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
        reject,
      );
    })
      .on('error', reject)
      .end(body);
  });
}

describe('the two endpoints', () => {
  test('are two doors of one server: what is put over https: is got over http:', async () => {
    expect((await call(`${endpoints.https.url}/shelf`, 'PUT')).status).toBe(200);
    expect((await call(`${endpoints.https.url}/shelf/a`, 'PUT', 'hello')).status).toBe(200);
    expect(await call(`${endpoints.http.url}/shelf/a`, 'GET')).toEqual({
      status: 200,
      body: 'hello',
    });
    expect(endpoints.https.requests.map((request) => request.status)).toEqual([200, 200]);
    expect(existsSync(endpoints.directory)).toBe(true);
  });

  test('leave nothing on the disk', async () => {
    await endpoints.close();
    expect(existsSync(endpoints.directory)).toBe(false);
  });
});
