import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import https from 'node:https';
import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import {
  answerJson,
  createCertificateAuthority,
  patternBytes,
  startOrigin,
  until,
} from '@sdk/testing';
import type { Echo, Origin } from '@sdk/testing';

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

function call(url: string, options: http.RequestOptions = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.close());

describe('an origin', () => {
  test('echoes what it was sent and remembers it, byte for byte', async () => {
    const sent = call(
      `${origin.url}/a/../b//c?d`,
      { method: 'POST', path: '/a/../b//c?d', headers: { 'X-Odd-Case': 'kept' } },
      'hello',
    );
    const echo = JSON.parse((await sent).body.toString()) as Echo;
    const sha256 = createHash('sha256').update('hello').digest('hex');
    expect(echo).toMatchObject({ method: 'POST', url: '/a/../b//c?d', bodyBytes: 5, sha256 });
    expect(echo.headers).toContainEqual(['X-Odd-Case', 'kept']);
    const record = origin.requests.at(-1);
    expect(record).toMatchObject({ url: '/a/../b//c?d', bodyBytes: 5, sha256, complete: true });
    expect(record?.body.toString()).toBe('hello');
    expect(record?.rawHeaders).toContain('X-Odd-Case');
  });

  test('shows by their numbers which requests shared a socket', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const first = origin.requests.length;
    await call(origin.url, { agent });
    await call(origin.url, { agent });
    await call(origin.url, { agent: false });
    agent.destroy();
    const [a, b, c] = origin.requests.slice(first).map((request) => request.socketId);
    expect(a).toBe(b);
    expect(c).toBe((b ?? 0) + 1);
  });

  test('counts open sockets, and sees each of them go', async () => {
    const agent = new http.Agent({ keepAlive: true });
    await call(origin.url, { agent });
    expect(origin.openSockets()).toBeGreaterThan(0);
    agent.destroy();
    await until(() => origin.openSockets() === 0, 'the origin saw its sockets close');
  });

  test('streams as many bytes as asked for, with and without a length', async () => {
    const { body, headers } = await call(`${origin.url}/bytes/200001`);
    expect(headers['content-length']).toBe('200001');
    expect(body.equals(patternBytes(200_001))).toBe(true);
    const chunked = await call(`${origin.url}/bytes/200001?chunked`);
    expect(chunked.headers['transfer-encoding']).toBe('chunked');
    expect(chunked.body.equals(body)).toBe(true);
  });

  test('answers the status and the headers it is asked for', async () => {
    expect((await call(`${origin.url}/status/404`)).status).toBe(404);
    expect(origin.requests.at(-1)?.status).toBe(404);
    const answer = await call(`${origin.url}/set?status=302&location=/x&body=moved`);
    expect(answer).toMatchObject({ status: 302, body: Buffer.from('moved') });
    expect(answer.headers.location).toBe('/x');
  });

  test('answers one JSON value to everything where it is told to', async () => {
    await using json = await startOrigin({ handler: answerJson([{ a: 1 }], 201) });
    const answer = await call(json.url, { method: 'PUT' }, 'ignored');
    expect(answer).toMatchObject({ status: 201, body: Buffer.from('[{"a":1}]') });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test('compresses an echo three ways', async () => {
    for (const [path, open] of [
      ['gzip', gunzipSync],
      ['deflate', inflateSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const answer = await call(`${origin.url}/${path}`);
      expect(answer.headers['content-encoding']).toBe(path);
      expect(JSON.parse(open(answer.body).toString())).toMatchObject({ url: `/${path}` });
    }
  });

  test('drips its body and holds its headers back', async () => {
    const start = performance.now();
    expect((await call(`${origin.url}/drip?ms=20&count=4`)).body.toString()).toBe('....');
    await call(`${origin.url}/slow-headers?ms=50`);
    expect(performance.now() - start).toBeGreaterThan(120);
  });

  test('breaks a body off by a reset and by an early end', async () => {
    await expect(call(`${origin.url}/reset`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(call(`${origin.url}/truncated`)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('keeps silent where it was asked to, before the headers and within the body', async () => {
    for (const path of ['/hang', '/stall']) {
      const request = call(`${origin.url}${path}`, { signal: AbortSignal.timeout(100) });
      await expect(request).rejects.toMatchObject({ name: 'AbortError' });
    }
  });

  test('lets a handler leave a body unread, so that backpressure reaches the client', async () => {
    await using held = await startOrigin({ handler: () => {} });
    const request = http.request(held.url, { method: 'PUT' });
    request.on('error', () => {});
    const total = 64 * 1024 * 1024;
    let written = 0;
    const chunk = Buffer.alloc(65536);
    const write = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!request.write(chunk)) return void request.once('drain', write);
      }
    };
    write();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(total / 2);
    request.destroy();
  });

  test('says whether a TLS session was resumed, and which name was asked for', async () => {
    const ca = await createCertificateAuthority();
    await using secure = await startOrigin({ tls: await ca.issue() });
    const agent = new https.Agent({ ca: ca.cert, maxCachedSessions: 10 });
    for (let i = 0; i < 2; i += 1) {
      await new Promise<void>((resolve, reject) => {
        https
          .get(`https://localhost:${secure.port}/`, { agent, family: 4 }, (response) => {
            response.resume().on('close', resolve);
          })
          .on('error', reject);
      });
      await until(() => secure.openSockets() === 0);
    }
    expect(secure.requests.map((request) => request.tlsSessionReused)).toEqual([false, true]);
    expect(secure.requests[0]?.servername).toBe('localhost');
  });
});
