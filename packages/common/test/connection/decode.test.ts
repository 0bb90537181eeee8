import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { MalformedResponseError, RequestSpec } from '@sdk/common';
import { patternBytes, until } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { connect, origin, rejection } from './stand.js';

type Headers = Record<string, string | number>;

/** An origin that answers every request so. */
function answering(body: string | Buffer, headers: Headers = {}, status = 200): Promise<Origin> {
  return origin((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
}

async function get(server: Origin, spec: Partial<RequestSpec> = {}): Promise<unknown> {
  return (await connect(server.url).request({ method: 'GET', path: '/', ...spec })).body;
}

describe('a body becomes', () => {
  test('what JSON says', async () => {
    expect(await get(await answering('{"a":[1,"é"],"b":null}'))).toEqual({ a: [1, 'é'], b: null });
  });

  test('undefined where JSON was asked for and nothing came', async () => {
    expect(await get(await answering('', {}, 204))).toBeUndefined();
    expect(await get(await answering('', {}, 200))).toBeUndefined();
    expect(await get(await answering(' \n', {}, 200))).toBeUndefined();
  });

  test('JSON without its byte order mark', async () => {
    expect(await get(await answering('\ufeff{"a":1}'))).toEqual({ a: 1 });
  });

  test('JSON whose characters were cut by the pieces they came in', async () => {
    const server = await origin(async (request, response) => {
      request.resume();
      const bytes = Buffer.from('{"a":"éé😀"}');
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect(await get(server)).toEqual({ a: 'éé😀' });
  });

  test('an object for XML, whose texts are strings', async () => {
    const server = await answering('<?xml version="1.0"?><L><K>007</K></L>', {
      'content-type': 'application/xml',
    });
    expect(await get(server, { expect: 'xml', xml: { arrays: ['K'] } })).toEqual({
      L: { K: ['007'] },
    });
  });

  test('a text, or bytes', async () => {
    const server = await answering('é', { 'content-type': 'text/plain' });
    expect(await get(server, { expect: 'text' })).toBe('é');
    expect(await get(server, { expect: 'bytes' })).toEqual(Buffer.from('é'));
  });

  test('nothing where it is not wanted, and its socket is used again', async () => {
    const server = await answering('x'.repeat(1_000));
    const connection = connect(server.url);
    for (let i = 0; i < 3; i += 1) {
      const { body } = await connection.request({ method: 'GET', path: '/', expect: 'none' });
      expect(body).toBeUndefined();
    }
    expect(server.connections).toBe(1);
  });

  test('a stream at the headers, which flows with backpressure', async () => {
    const server = await origin();
    const path = '/bytes/8388608';
    const { body } = await connect(server.url).request<Readable>({
      method: 'GET',
      path,
      expect: 'stream',
    });
    // Not toEqual, which takes a minute over so many bytes.
    expect((await buffer(body)).equals(patternBytes(8_388_608))).toBe(true);
  });

  test('nothing after HEAD, whatever length the headers name', async () => {
    const server = await answering('', { 'content-length': 1_000_000 });
    const answer = await connect(server.url).request({
      method: 'HEAD',
      path: '/',
      expect: 'bytes',
      limitBytes: 10,
    });
    expect(answer.body).toBeUndefined();
    expect(answer.headers.get('content-length')).toBe('1000000');
  });
});

describe('content codings', () => {
  const json = JSON.stringify({ text: 'é'.repeat(10_000) });

  test.each([
    ['gzip', 'gzip', gzipSync(json)],
    ['gzip by its old name', 'X-Gzip', gzipSync(json)],
    ['deflate in its zlib form', 'deflate', deflateSync(json)],
    ['deflate in its raw form', 'deflate', deflateRawSync(json)],
    ['brotli', 'br', brotliCompressSync(json)],
    ['two, one over the other', 'gzip, br', brotliCompressSync(gzipSync(json))],
    ['none, said aloud', 'identity', Buffer.from(json)],
  ])('are undone for decoded bodies: %s', async (_name, coding, bytes) => {
    expect(await get(await answering(bytes, { 'content-encoding': coding }))).toEqual(
      JSON.parse(json),
    );
  });

  test.each(['bytes', 'stream'] as const)(
    'are left alone for %s, which come as stored',
    async (kind) => {
      const stored = gzipSync(json);
      const body = await get(await answering(stored, { 'content-encoding': 'gzip' }), {
        expect: kind,
      });
      expect(kind === 'bytes' ? body : await buffer(body as Readable)).toEqual(stored);
    },
  );

  test('are undone in error bodies, too', async () => {
    const server = await answering(
      gzipSync('{"message":"no such zone"}'),
      { 'content-encoding': 'gzip' },
      404,
    );
    expect((await rejection(get(server, { expect: 'stream' }))).message).toMatch(
      /404: no such zone$/,
    );
  });

  test.each([
    ['cut off', 'gzip', gzipSync(json).subarray(0, 50), /cannot be decompressed \(gzip\)/],
    ['no gzip at all', 'gzip', Buffer.from('canary'), /cannot be decompressed \(gzip\)/],
    ['of a coding nobody asked for', 'zstd', Buffer.from('canary'), /not asked for/],
    ['coded too often', 'gzip,gzip,gzip,gzip', Buffer.from('canary'), /too many/],
  ])('make a body that is %s a MalformedResponseError', async (_name, coding, bytes, message) => {
    const error = await rejection<MalformedResponseError>(
      get(await answering(bytes, { 'content-encoding': coding })),
    );
    expect(error).toMatchObject({ code: 'SDK_MALFORMED_RESPONSE', status: 200 });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('canary');
  });
});

describe('the limit of a body', () => {
  test('is about what it becomes: a small body cannot explode', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const server = await answering(bomb, { 'content-encoding': 'gzip' });
    const error = await rejection(get(server, { limitBytes: 1_000_000 }));
    expect(error).toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      hint: expect.stringContaining("expect: 'stream'"),
    });
    expect(error.message).toContain('longer than 1000000 bytes');
  });

  test('ends a body without a length as soon as it is passed, and its socket', async () => {
    const server = await origin();
    const spec: RequestSpec = {
      method: 'GET',
      path: '/bytes/50000000?chunked',
      expect: 'bytes',
      limitBytes: 100_000,
    };
    const error = await rejection(connect(server.url).request(spec));
    expect(error).toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      hint: expect.stringContaining('limitBytes'),
    });
    await until(() => server.openSockets() === 0);
  });

  test('does not read a body whose length tells beforehand', async () => {
    const server = await origin();
    const spec: RequestSpec = {
      method: 'GET',
      path: '/bytes/50000000',
      expect: 'text',
      limitBytes: 100_000,
    };
    expect(await rejection(connect(server.url).request(spec))).toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
    });
    await until(() => server.openSockets() === 0);
  });

  test('lets a body of exactly its size through', async () => {
    const server = await origin();
    const body = await get(server, { path: '/bytes/1000', expect: 'bytes', limitBytes: 1_000 });
    expect(body).toEqual(patternBytes(1_000));
  });
});

describe('a body that is not what it should be', () => {
  test.each([
    ['JSON', 'json', '{"token": canary}'],
    ['XML', 'xml', '<canary>'],
  ] as const)('is a MalformedResponseError that quotes nothing: %s', async (_name, kind, text) => {
    const error = await rejection<MalformedResponseError>(
      get(await answering(text, { 'x-request-id': 'req-1' }), { expect: kind }),
    );
    expect(error).toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      status: 200,
      requestId: 'req-1',
    });
    expect(JSON.stringify(error) + String(error.stack)).not.toContain('canary');
  });

  test.each(['/reset', '/truncated'])(
    'is a ConnectionError where it breaks off (%s)',
    async (path) => {
      const server = await origin();
      const error = await rejection(
        connect(server.url, { retry: false }).request({ method: 'GET', path, expect: 'text' }),
      );
      expect(error).toMatchObject({
        code: 'SDK_CONNECTION',
        requestSent: 'yes',
        decision: { proxy: null },
      });
    },
  );

  test('is read again where it broke off', async () => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      response.writeHead(200, { 'content-length': 7 });
      if (count === 1) response.write('{"a"', () => request.socket.destroySoon());
      else response.end('{"a":1}');
    });
    expect(await get(server)).toEqual({ a: 1 });
    expect(server.requests).toHaveLength(2);
  });

  test('carries the decision where a stream breaks off in the hands of the caller', async () => {
    const server = await origin();
    const { body } = await connect(server.url).request<Readable>({
      method: 'GET',
      path: '/reset',
      expect: 'stream',
    });
    expect(await rejection(buffer(body))).toMatchObject({
      code: 'SDK_CONNECTION',
      decision: { origin: server.url },
    });
  });
});
