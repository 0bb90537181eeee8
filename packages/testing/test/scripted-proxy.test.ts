import { describe, expect, test } from '@jest/globals';
import http from 'node:http';
import net from 'node:net';
import {
  createCertificateAuthority,
  scripts,
  startOrigin,
  startScriptedProxy,
  until,
} from '@sdk/testing';
import type { ConnectionScript } from '@sdk/testing';
import tls from 'node:tls';

const connectHead = (target: string): string =>
  `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;

/** Sends bytes and answers what came back until the end, a reset, or a short silence. */
function exchange(
  port: number,
  bytes: string,
  silenceMs = 150,
): Promise<{ got: Buffer; how: string }> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const done = (how: string): void => {
      socket.destroy();
      resolve({ got: Buffer.concat(chunks), how });
    };
    socket.setTimeout(silenceMs, () => done('silence'));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => done('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
  });
}

async function played(script: ConnectionScript, bytes = connectHead('a.example:443')) {
  await using proxy = await startScriptedProxy(script);
  const result = await exchange(proxy.port, bytes);
  await until(() => proxy.openSockets() === 0, 'the scripted proxy saw its socket close');
  return { ...result, text: result.got.toString('latin1'), proxy: proxy };
}

describe('a scripted proxy', () => {
  test('records every byte a client sends, and sees it leave', async () => {
    const { how, got, proxy } = await played(scripts.silent);
    expect({ how, length: got.length }).toEqual({ how: 'silence', length: 0 });
    expect(proxy.connections[0]?.received.toString()).toBe(connectHead('a.example:443'));
    expect(proxy.connections[0]).toMatchObject({ socketId: 1, closed: true, receivedBytes: 55 });
  });

  test('refuses with the status, headers and body it is given', async () => {
    const { text, how } = await played(
      scripts.refuse(403, { headers: ['X-Squid-Error: ERR_ACCESS_DENIED 0'], body: 'no' }),
    );
    expect(text).toBe(
      'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\n\r\nno',
    );
    expect(how).toBe('end');
  });

  test('speaks garbage, TLS in clear, or nothing before it closes', async () => {
    expect((await played(scripts.garbage)).text).toContain('SSH-2.0');
    expect((await played(scripts.tlsInClear)).got[0]).toBe(0x15);
    expect(await played(scripts.closeEarly())).toMatchObject({ text: '', how: 'end' });
    expect(await played(scripts.closeEarly('at-once'), '')).toMatchObject({ how: 'end' });
    expect(await played(scripts.reset)).toMatchObject({ text: '', how: 'ECONNRESET' });
  });

  test('resets the connection, with and without an answer, in clear and under TLS', async () => {
    const ca = await createCertificateAuthority();
    for (const certificate of [undefined, await ca.issue()]) {
      for (const [script, answer] of [
        [scripts.reset, ''],
        [scripts.answer('HTTP/1.1 200 OK\r\n', 'reset'), 'HTTP/1.1 200 OK\r\n'],
      ] as const) {
        await using proxy = await startScriptedProxy(script, { tls: certificate });
        const to = { port: proxy.port, host: '127.0.0.1' };
        const socket = certificate ? tls.connect({ ...to, ca: ca.cert }) : net.connect(to);
        socket.write(connectHead('a.example:443'));
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        const how = await new Promise((resolve) => {
          socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
          socket.on('close', () => resolve('closed'));
        });
        expect({ text, how }).toEqual({ text: answer, how: 'ECONNRESET' });
      }
    }
  });

  test('sends a header without an end', async () => {
    const { got } = await played(scripts.endlessHeader(1024 * 1024));
    expect(got.length).toBeGreaterThan(1024 * 1024);
    expect(got.includes('\r\n\r\n')).toBe(false);
  });

  test('waits before it plays a script', async () => {
    const start = performance.now();
    await played(scripts.later(60, scripts.refuse(502)));
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  test('really tunnels, with the status line it is told and bytes glued to the head', async () => {
    await using origin = await startOrigin();
    await using proxy = await startScriptedProxy(
      scripts.tunnel({ statusLine: 'HTTP/1.0 200 OK', headers: ['Via: 1.0 x'], glued: 'glue' }),
    );
    const request = 'GET /bytes/300000 HTTP/1.1\r\nHost: o\r\nConnection: close\r\n\r\n';
    const head = connectHead(`127.0.0.1:${origin.port}`);
    const { got, how } = await exchange(proxy.port, head + request, 1000);
    expect(got.toString('latin1', 0, 100)).toMatch(
      /^HTTP\/1\.0 200 OK\r\nVia: 1\.0 x\r\n\r\nglueHTTP\/1\.1 200 OK/,
    );
    expect(got.length).toBeGreaterThan(300_000);
    expect(how).toBe('end');
    expect(proxy.connections[0]?.received.toString()).toBe(head + request);
    expect(origin.requests[0]?.url).toBe('/bytes/300000');
  });

  test('tunnels for a real client, TLS on both legs', async () => {
    const ca = await createCertificateAuthority();
    await using origin = await startOrigin({ tls: await ca.issue() });
    await using proxy = await startScriptedProxy(
      scripts.tunnel({ statusLine: 'HTTP/1.1 204 No Content' }),
      {
        tls: await ca.issue(),
      },
    );
    const outer = tls.connect({ port: proxy.port, host: '127.0.0.1', ca: ca.cert });
    outer.write(connectHead(`127.0.0.1:${origin.port}`));
    await new Promise((resolve) => outer.once('data', resolve));
    const inner = tls.connect({ socket: outer, ca: ca.cert, servername: 'localhost' });
    const status = await new Promise((resolve, reject) => {
      http
        .get({ createConnection: () => inner, path: '/status/201' }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on('error', reject);
    });
    expect(status).toBe(201);
    expect(proxy.connections[0]?.received.toString('latin1')).not.toContain('/status/201');
    inner.destroy();
    outer.destroy();
  });
});
