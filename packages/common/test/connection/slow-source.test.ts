/** Bodies that have been asked for a piece when their connection is lost, and have given none yet. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { RequestBody, SdkError } from '@sdk/common';
import { startScriptedProxy } from '@sdk/testing';
import { ENGINES } from '../engines.js';
import { connect, keep, origin, rejection } from './stand.js';

async function* slow(): AsyncGenerator<string> {
  await sleep(150);
  yield* ['AAAA', 'BBBB', 'CCCC'];
}

const get = { method: 'GET', path: '/' };

describe.each(ENGINES)('under %s', (_name, Engine) => {
  test.each<[string, () => RequestBody]>([
    ['an async iterable', slow],
    ['a web stream', () => Readable.toWeb(Readable.from(slow()))],
    ['a Readable in object mode', () => Readable.from(slow())],
    ['a Readable', () => Readable.from(slow(), { objectMode: false })],
  ])('%s that was asked for a piece is never sent again without it', async (_form, make) => {
    const server = keep(
      await startScriptedProxy(async (_socket, api) => {
        await api.head();
        await sleep(30);
        api.reset();
      }),
    );
    const connection = connect(server.url, { transport: keep(new Engine()) });
    const error = await rejection<SdkError>(
      connection.request({ method: 'PUT', path: '/', body: make() }),
    );
    expect(error).toMatchObject({
      code: 'SDK_CONNECTION',
      reason: 'ECONNRESET',
      hint: expect.stringContaining('give a function that opens it'),
    });
    expect(server.connections).toHaveLength(1);
  });

  test('a function that gives the same generator twice is refused: its rest is not the body', async () => {
    const server = await origin((request, response) => {
      request.resume().on('end', () => response.writeHead(503).end('{}'));
    });
    const once = slow();
    const connection = connect(server.url, { transport: keep(new Engine()) });
    const error = await rejection(
      connection.request({ method: 'PUT', path: '/', body: () => once }),
    );
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'body' });
    expect(server.requests).toHaveLength(1);
  });

  test('a function that gives the same list of pieces twice is not', async () => {
    const pieces = { [Symbol.asyncIterator]: slow };
    const stored: string[] = [];
    const server = await origin((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        stored.push(body);
        response.writeHead(stored.length === 1 ? 503 : 200).end('{}');
      });
    });
    const connection = connect(server.url, { transport: keep(new Engine()) });
    await connection.request({ method: 'PUT', path: '/', body: () => pieces });
    expect(stored).toEqual(['AAAABBBBCCCC', 'AAAABBBBCCCC']);
  });

  test('a body that nobody asked for a piece is sent again', async () => {
    const server = await origin();
    const transport = keep(new Engine());
    await connect(server.url, { transport }).request(get);
    const port = server.port;
    const dead = `http://127.0.0.1:${(await closed()).port}`;
    const connection = connect(`http://127.0.0.1:${port}`, { transport, httpProxy: [dead, false] });
    const sent = connection.request<{ bodyBytes: number }>(
      { method: 'PUT', path: '/', body: slow() },
      { onProgress: () => undefined },
    );
    expect((await sent).body.bodyBytes).toBe(12);
  });
});

async function closed(): Promise<{ port: number }> {
  const server = await origin();
  await server.close();
  return server;
}
