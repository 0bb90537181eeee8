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
      expect(await rejection(called)).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers' });
      expect(server.connections).toBe(0);
    },
  );

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
