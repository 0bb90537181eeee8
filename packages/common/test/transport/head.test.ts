import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { startScriptedProxy } from '@sdk/testing';
import { connect, keep, origin, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt } from './request.js';

describe.each(ENGINES)('under %s', (_name, Engine) => {
  test.each(['body', () => Readable.from([Buffer.from('body')])])(
    'a request that is framed twice is refused: its bytes could be read as two',
    async (body) => {
      const server = await origin();
      const transport = keep(new Engine());
      const headers = ['Content-Length', '4', 'transfer-encoding', 'chunked'];
      const given = typeof body === 'function' ? body() : body;
      const sent = transport.send(
        attempt(`${server.url}/`, { method: 'PUT', body: given, headers }),
      );
      expect(await rejection(sent)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers' });
      const spec = { method: 'PUT', path: '/', body: () => Readable.from(['body']), sizeBytes: 4 };
      const called = connect(server.url, { transport }).request({
        ...spec,
        headers: { 'Transfer-Encoding': 'chunked' },
      });
      expect(await rejection(called)).toMatchObject({
        code: 'SDK_CONFIGURATION',
        field: 'headers',
      });
      expect(server.connections).toBe(0);
    },
  );

  test.each(['abc', '5, 5', '1e1', '0x0A', '+10', '-1', '1_0', '', ' ', '9007199254740993'])(
    'a Content-Length of "%s" is refused: it is no number of bytes',
    async (length) => {
      const server = await origin();
      const transport = keep(new Engine());
      for (const given of ['0123456789', Readable.from(['01234', '56789'])]) {
        const headers = ['content-length', length];
        const put = attempt(`${server.url}/`, { method: 'PUT', body: given, headers });
        expect(await rejection(transport.send(put))).toMatchObject({
          code: 'SDK_CONFIGURATION',
          field: 'headers',
          message: expect.stringContaining('Content-Length'),
        });
      }
      expect(server.connections).toBe(0);
    },
  );

  test('a second Content-Length is refused, also where both are the same', async () => {
    const server = await origin();
    const transport = keep(new Engine());
    for (const second of ['4', '5']) {
      const headers = ['Content-Length', '4', 'content-length', second];
      const put = attempt(`${server.url}/`, { method: 'PUT', body: 'body', headers });
      const error = await rejection(transport.send(put));
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers' });
    }
    expect(server.connections).toBe(0);
  });

  test('a stream whose Content-Length is refused is destroyed', async () => {
    const server = await origin();
    const connection = connect(server.url, { transport: keep(new Engine()) });
    const body = Readable.from(['01234', '56789']);
    const headers = { 'Content-Length': '1_0' };
    const error = await rejection(connection.request({ method: 'PUT', path: '/', body, headers }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers' });
    expect([body.destroyed, server.connections]).toEqual([true, 0]);
  });

  test('a CONNECT of the caller is refused: it would reach the origin, or another host by the proxy', async () => {
    const server = await origin();
    const connection = connect(server.url, { transport: keep(new Engine()) });
    for (const method of ['CONNECT', 'connect']) {
      const error = await rejection(connection.request({ method, path: '/' }));
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'method' });
    }
    expect(server.connections).toBe(0);
  });

  test('a method is written in capitals, and one that few know announces no chunks where it has no body', async () => {
    const server = keep(
      await startScriptedProxy(async (socket, api) => {
        await api.head();
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      }),
    );
    const connection = connect(server.url, { transport: keep(new Engine()) });
    await connection.request({ method: 'copy', path: '/' });
    const raw = server.connections[0]?.received.toString() ?? '';
    expect(raw).toMatch(/^COPY \/ HTTP\/1\.1\r\n/);
    expect(raw).not.toMatch(/transfer-encoding/i);
  });
});
