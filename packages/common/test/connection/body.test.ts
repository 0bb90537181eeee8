import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { Progress, RequestBody, RequestSpec, SdkError } from '@sdk/common';
import { patternBytes, until } from '@sdk/testing';
import type { Echo } from '@sdk/testing';
import { connect, origin, rejection } from './stand.js';

const bytes = patternBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

async function* pieces(): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
}

const forms: [string, () => RequestBody][] = [
  ['bytes', () => bytes],
  ['a Readable', () => Readable.from(pieces(), { objectMode: false })],
  ['a Readable in object mode', () => Readable.from(pieces())],
  ['an async iterable', () => pieces()],
  ['a web stream', () => Readable.toWeb(Readable.from(pieces()))],
  ['a function that opens a Readable', () => () => Readable.from(pieces(), { objectMode: false })],
  ['a function that opens an async iterable', () => () => pieces()],
];

describe('a body', () => {
  test.each(forms)('can be %s, with and without its length', async (_name, make) => {
    const server = await origin();
    const connection = connect(server.url);
    const spec: RequestSpec = { method: 'PUT', path: '/', body: make(), contentType: 'x/y' };
    const { body } = await connection.request<Echo>(spec);
    expect(body).toMatchObject({ sha256, bodyBytes: bytes.length });
    const known = await connection.request<Echo>({
      ...spec,
      body: make(),
      sizeBytes: bytes.length,
    });
    expect(known.body.sha256).toBe(sha256);
    const [first, second] = server.requests;
    expect(first?.headers['content-type']).toBe('x/y');
    if (make() !== bytes) expect(first?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    expect(second?.headers['content-length']).toBe(String(bytes.length));
  });

  test('that is a string goes as UTF-8, and JSON as JSON', async () => {
    const server = await origin();
    const connection = connect(server.url);
    await connection.request({ method: 'POST', path: '/', body: 'é' });
    await connection.request({ method: 'POST', path: '/', json: { é: 1 } });
    expect(server.requests[0]?.body).toEqual(Buffer.from('é'));
    expect(server.requests[0]?.headers['content-length']).toBe('2');
    expect(server.requests[1]?.body.toString()).toBe('{"é":1}');
    expect(server.requests[1]?.headers['content-type']).toBe('application/json');
  });

  test('that is empty is sent as empty', async () => {
    const server = await origin();
    await connect(server.url).request(
      { method: 'PUT', path: '/', body: '' },
      { onProgress: () => undefined },
    );
    expect(server.requests[0]?.headers['content-length']).toBe('0');
  });

  test.each([
    ['json and body at once', { json: {}, body: 'x' }, 'body'],
    ['a number', { body: 7 as unknown as string }, 'body'],
    ['a record', { body: {} as unknown as string }, 'body'],
    ['a function that opens nothing', { body: (() => 'x') as unknown as RequestBody }, 'body'],
    ['a circle', { json: circle() }, 'json'],
    ['a BigInt', { json: { n: 1n } }, 'json'],
    ['a function for JSON', { json: () => 1 }, 'json'],
    ['a size that is none', { body: 'x', sizeBytes: -1 }, 'sizeBytes'],
    ['a size that is not that of its bytes', { body: 'x', sizeBytes: 2 }, 'sizeBytes'],
  ])('is refused where it is %s', async (_name, spec, field) => {
    const server = await origin();
    const call = connect(server.url).request({ method: 'PUT', path: '/', ...(spec as object) });
    expect(await rejection(call)).toMatchObject({ code: 'SDK_CONFIGURATION', field });
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ['more', 10],
    ['fewer', 300_001],
  ])(
    'with %s bytes than it said is a ConfigurationError, not a garbled connection',
    async (_name, sizeBytes) => {
      const server = await origin();
      const body = Readable.from(pieces(), { objectMode: false });
      const call = connect(server.url).request({ method: 'PUT', path: '/', body, sizeBytes });
      expect(await rejection(call)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
      await until(() => server.openSockets() === 0);
    },
  );
});

describe('a stream', () => {
  test('that fails on its way up gives its own error back, and nothing hangs', async () => {
    const server = await origin();
    const failure = new RangeError('the disk is gone');
    for (const objectMode of [false, true]) {
      async function* failing(): AsyncIterable<Uint8Array> {
        yield Buffer.from('abc');
        throw failure;
      }
      const body = Readable.from(failing(), { objectMode });
      expect(await rejection(connect(server.url).request({ method: 'PUT', path: '/', body }))).toBe(
        failure,
      );
      expect(body.destroyed).toBe(true);
    }
    expect(
      await rejection(connect(server.url).request({ method: 'PUT', path: '/', body: failingOpen })),
    ).toBe(failure);
    function failingOpen(): Readable {
      throw failure;
    }
    await until(() => server.openSockets() === 0);
  });

  test('that fails before its turn comes is no uncaught error', async () => {
    const server = await origin();
    const body = new PassThrough();
    const call = connect(server.url, {
      httpProxy: async () => {
        body.destroy(new RangeError('early'));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return false as const;
      },
    }).request({ method: 'PUT', path: '/', body });
    expect(await rejection(call)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
  });

  test('that was read before is refused before anything is sent', async () => {
    const server = await origin();
    const body = Readable.from([Buffer.from('abc')]);
    const connection = connect(server.url);
    await connection.request({ method: 'PUT', path: '/', body });
    const error = await rejection<SdkError>(connection.request({ method: 'PUT', path: '/', body }));
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'body',
      hint: expect.stringContaining('function'),
    });
    const opener = (): Readable => body;
    expect(
      await rejection(connection.request({ method: 'PUT', path: '/', body: opener })),
    ).toMatchObject({
      code: 'SDK_CONFIGURATION',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('whose request fails before it is sent is destroyed', async () => {
    const server = await origin();
    const port = server.port;
    await server.close();
    const body = new PassThrough();
    const connection = connect(`http://127.0.0.1:${port}`, { retry: false });
    expect(await rejection(connection.request({ method: 'PUT', path: '/', body }))).toMatchObject({
      code: 'SDK_CONNECTION',
    });
    expect(body.destroyed).toBe(true);
  });

  test('is not read to its end where the origin refuses it', async () => {
    let produced = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (; produced < 4_000; produced += 1) yield Buffer.alloc(65_536);
    }
    const server = await origin((_request, response) => response.writeHead(403).end('{}'));
    const body = endless();
    expect(
      await rejection(connect(server.url).request({ method: 'PUT', path: '/', body })),
    ).toMatchObject({
      status: 403,
    });
    expect(produced).toBeLessThan(2_000);
  });

  test('flows with backpressure: a slow origin holds it back', async () => {
    let produced = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (; produced < 4_000; produced += 1) yield Buffer.alloc(65_536);
    }
    const server = await origin(() => undefined);
    const controller = new AbortController();
    const { signal } = controller;
    for (const onProgress of [undefined, () => undefined]) {
      produced = 0;
      const call = connect(server.url).request(
        { method: 'PUT', path: '/', body: endless() },
        { signal, onProgress },
      );
      call.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(produced).toBeLessThan(500);
    }
    controller.abort();
  });
});

describe('progress', () => {
  async function progressOf(spec: Partial<RequestSpec>): Promise<Progress[]> {
    const server = await origin();
    const told: Progress[] = [];
    const { body } = await connect(server.url).request(
      { method: 'PUT', path: '/', expect: 'none', ...spec },
      { onProgress: (progress) => told.push(progress) },
    );
    if (body instanceof Readable) await buffer(body);
    return told;
  }

  test.each(forms)('is told on the way up, piece by piece: %s', async (_name, make) => {
    const told = await progressOf({
      body: make(),
      ...(make() === bytes ? {} : { sizeBytes: bytes.length }),
    });
    const up = told.filter(({ direction }) => direction === 'up');
    expect(up.length).toBeGreaterThan(2);
    expect(up.at(-1)).toEqual({ direction: 'up', bytes: bytes.length, totalBytes: bytes.length });
    expect(up.map((each) => each.bytes)).toEqual(
      up.map((each) => each.bytes).sort((a, b) => a - b),
    );
  });

  test.each(['bytes', 'stream'] as const)('is told on the way down: %s', async (kind) => {
    const told = await progressOf({ method: 'GET', path: '/bytes/300000', expect: kind });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toEqual({ direction: 'down', bytes: 300_000, totalBytes: 300_000 });
  });

  test.each([
    ['on the way up', { method: 'PUT', body: 'abc' }],
    ['on the way down', { method: 'GET', path: '/bytes/10', expect: 'bytes' }],
  ])('that fails to be told ends the call with its own error, %s', async (_name, spec) => {
    const server = await origin();
    const failure = new RangeError('enough');
    const onProgress = (): void => {
      throw failure;
    };
    const call = connect(server.url).request({ path: '/', ...spec } as RequestSpec, { onProgress });
    expect(await rejection(call)).toBe(failure);
  });
});

function circle(): unknown {
  const made: Record<string, unknown> = {};
  made['self'] = made;
  return made;
}
