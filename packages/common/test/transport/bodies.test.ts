import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { AxiosTransport } from '@sdk/common';
import {
  patternBytes,
  startOrigin,
  startScriptedProxy,
  until,
  type Origin,
  type ScriptedProxy,
} from '@sdk/testing';
import { attempt, text } from './request.js';

let origin: Origin;
let transport: AxiosTransport;
let raw: ScriptedProxy | undefined;

beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.close());
beforeEach(() => {
  transport = new AxiosTransport();
});
afterEach(async () => {
  await transport.close();
  await raw?.close();
  raw = undefined;
});

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const chunks = (bytes: Buffer, size = 10_000) =>
  Readable.from(
    (function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    })(),
  );

test.each([
  ['a string', () => 'grüße', Buffer.from('grüße')],
  ['bytes', () => patternBytes(100_000), patternBytes(100_000)],
  ['an empty string', () => '', Buffer.alloc(0)],
  ['a stream', () => chunks(patternBytes(1_000_000)), patternBytes(1_000_000)],
])('%s is sent up whole', async (_name, body, bytes) => {
  const response = await transport.send(attempt(`${origin.url}/`, { method: 'PUT', body: body() }));
  expect(JSON.parse(await text(response.body))).toMatchObject({
    bodyBytes: bytes.length,
    sha256: sha(bytes),
  });
});

test('a stream of unknown length goes chunked, one of known length with its length', async () => {
  const echo = async (headers: string[]) => {
    const body = chunks(patternBytes(5_000));
    const response = await transport.send(
      attempt(`${origin.url}/`, { method: 'PUT', body, headers }),
    );
    return (JSON.parse(await text(response.body)) as { headers: [string, string][] }).headers.map(
      String,
    );
  };
  expect(await echo([])).toContain('Transfer-Encoding,chunked');
  const known = await echo(['Content-Length', '5000']);
  expect(known).toContain('Content-Length,5000');
  expect(known).not.toContain('Transfer-Encoding,chunked');
});

test.each([
  ['longer', '4000'],
  ['shorter', '6000'],
])('a stream that is %s than its Content-Length is refused', async (_name, length) => {
  const sent = transport.send(
    attempt(`${origin.url}/`, {
      method: 'PUT',
      body: chunks(patternBytes(5_000)),
      headers: ['Content-Length', length],
    }),
  );
  await expect(sent).rejects.toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
});

test('a stream that fails ends the request with its own error', async () => {
  const why = new Error('the disk is gone');
  async function* failing() {
    yield Buffer.from('half');
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw why;
  }
  await expect(
    transport.send(attempt(`${origin.url}/`, { method: 'PUT', body: Readable.from(failing()) })),
  ).rejects.toBe(why);
  await until(() => origin.openSockets() === 0);
});

test('an upload is read no faster than the peer takes it', async () => {
  raw = await startScriptedProxy((socket) => void socket.pause());
  let read = 0;
  const body = Readable.from(
    (function* () {
      for (;;) {
        read += 65_536;
        yield Buffer.alloc(65_536);
      }
    })(),
  );
  const controller = new AbortController();
  const sent = transport.send(
    attempt(`${raw.url}/`, { method: 'PUT', body, signal: controller.signal }),
  );
  await until(() => read > 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = read;
  await new Promise((resolve) => setTimeout(resolve, 100));
  // What fits into the buffers of the two sockets, and not a byte more.
  expect(read).toBe(before);
  expect(read).toBeLessThan(16 * 1024 * 1024);
  controller.abort();
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
});

test('a download is taken no faster than it is read', async () => {
  const { body } = await transport.send(attempt(`${origin.url}/bytes/30000000`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(body.readableLength).toBeLessThan(1_000_000);
  body.destroy();
  await until(() => origin.openSockets() === 0);
});

test.each(['reset', 'truncated'])(
  'a body that is %s fails with a ConnectionError, never short',
  async (how) => {
    const { body } = await transport.send(attempt(`${origin.url}/${how}`));
    await expect(text(body)).rejects.toMatchObject({
      code: 'SDK_CONNECTION',
      reason: 'ECONNRESET',
      requestSent: 'yes',
    });
  },
);

test('a HEAD is over at its headers, whatever follows them', async () => {
  raw = await startScriptedProxy(async (socket, api) => {
    await api.head();
    socket.write('HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  });
  for (let i = 0; i < 20; i += 1) {
    const response = await transport.send(attempt(`${raw.url}/`, { method: 'HEAD' }));
    expect(response.status).toBe(404);
    expect(await text(response.body)).toBe('');
  }
});

test('a HEAD does not wait for the body that its length announces', async () => {
  const response = await transport.send(attempt(`${origin.url}/bytes/1000000`, { method: 'HEAD' }));
  expect(response.headers.get('content-length')).toBe('1000000');
  expect(await text(response.body)).toBe('');
  const next = await transport.send(attempt(`${origin.url}/`));
  expect(next.reusedSocket).toBe(true);
  await text(next.body);
});

test('an answer that refuses an upload halfway is read, and the rest of the upload is not sent', async () => {
  raw = await startScriptedProxy(async (socket, api) => {
    socket.on('end', () => socket.end());
    await api.head();
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
  });
  let pulled = 0;
  const body = Readable.from(
    (async function* () {
      for (; pulled < 1_000; pulled += 1) {
        yield Buffer.alloc(1_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })(),
  );
  const response = await transport.send(attempt(`${raw.url}/`, { method: 'PUT', body }));
  expect([response.status, await text(response.body)]).toEqual([403, 'no']);
  expect(body.destroyed).toBe(true);
  expect(pulled).toBeLessThan(500);
  await until(() => raw?.openSockets() === 0);
});

test('what comes unasked on an idle socket is never the next answer', async () => {
  raw = await startScriptedProxy(async (socket, api) => {
    await api.head();
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale'), 30);
  });
  expect(await text((await transport.send(attempt(`${raw.url}/`))).body)).toBe('ok');
  await new Promise((resolve) => setTimeout(resolve, 60));
  const second = await transport.send(attempt(`${raw.url}/`));
  expect(second.reusedSocket).toBe(false);
  expect(await text(second.body)).toBe('ok');
});

test.each([
  ['a blank in the path', { path: '/a b' }, 'path'],
  ['a line break in the path', { path: '/a\r\nX: y' }, 'path'],
  ['a path without a slash', { path: 'a' }, 'path'],
  ['a line break in a header', { headers: ['X', 'a\r\nY: b'] }, 'headers'],
  ['a header name that is none', { headers: ['X Y', 'a'] }, 'headers'],
  [
    'Proxy-Authorization among the headers',
    { headers: ['proxy-authorization', 'Basic x'] },
    'headers',
  ],
  ['a method that is none', { method: 'GE T' }, 'headers'],
])('%s is a ConfigurationError, and nothing is sent', async (_name, bad, field) => {
  const seen = origin.requests.length;
  await expect(transport.send(attempt(`${origin.url}/`, bad))).rejects.toMatchObject({
    code: 'SDK_CONFIGURATION',
    field,
  });
  expect(origin.requests).toHaveLength(seen);
});

test('a 101 that nobody asked for is a failure, not a silence', async () => {
  raw = await startScriptedProxy(async (socket, api) => {
    await api.head();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  });
  await expect(transport.send(attempt(`${raw.url}/`))).rejects.toMatchObject({
    code: 'SDK_CONNECTION',
    reason: 'HPE_UNEXPECTED_UPGRADE',
  });
});

test('a stream that failed while its connection was being made ends the request with its own error', async () => {
  const why = new Error('no such file');
  const body = new Readable({ read: () => undefined });
  body.on('error', () => undefined);
  body.destroy(why);
  const sent = transport.send(attempt(`${origin.url}/`, { method: 'PUT', body }));
  await expect(sent).rejects.toBe(why);
});

test('bytes above 64 KiB are an upload: a peer that takes none of them is silent, not slow to answer', async () => {
  let peer: Socket | undefined;
  raw = await startScriptedProxy((socket) => {
    peer = socket.pause().on('end', () => socket.end());
  });
  const timeouts = { idleMs: 150, headersMs: 10_000 };
  const body = Buffer.alloc(32 * 1024 * 1024);
  const sent = transport.send(attempt(`${raw.url}/`, { method: 'PUT', body, timeouts }));
  await expect(sent).rejects.toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
  peer?.resume();
});

test('bytes above 64 KiB may take longer than headersMs to be sent', async () => {
  // Far more than the buffers of the two sockets hold: what lies in those counts as sent.
  const bytes = 64 * 1024 * 1024;
  raw = await startScriptedProxy((socket) => {
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 2);
      if (received >= bytes) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const timeouts = { idleMs: 5_000, headersMs: 1_000 };
  const body = Buffer.alloc(bytes);
  const startedAt = performance.now();
  const response = await transport.send(attempt(`${raw.url}/`, { method: 'PUT', body, timeouts }));
  expect(response.status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
});

test('an upload that outlasts its answer still ends with the signal', async () => {
  raw = await startScriptedProxy(async (socket, api) => {
    socket.on('end', () => socket.end());
    await api.head();
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const controller = new AbortController();
  const body = Readable.from(
    (async function* () {
      for (;;) {
        yield Buffer.alloc(100);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })(),
  );
  const sent = attempt(`${raw.url}/`, { method: 'PUT', body, signal: controller.signal });
  expect(await text((await transport.send(sent)).body)).toBe('ok');
  controller.abort();
  await until(() => body.destroyed && raw?.openSockets() === 0);
});
