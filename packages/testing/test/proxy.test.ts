import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { Socket } from 'node:net';
import { createCertificateAuthority, startOrigin, startProxy, until } from '@sdk/testing';
import type { CertificateAuthority, Origin, Proxy } from '@sdk/testing';

const credentials = { username: 'ada@corp', password: 'p@ss:100%' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const authorization = basic('ada@corp:p@ss:100%');

let ca: CertificateAuthority;
let origin: Origin;
beforeAll(async () => {
  ca = await createCertificateAuthority();
  origin = await startOrigin({ tls: await ca.issue() });
});
afterAll(() => origin.close());

/** A CONNECT by node's own client: the status, and the socket when it became a tunnel. */
function connect(
  proxy: Proxy,
  target: string,
  headers: http.OutgoingHttpHeaders = {},
): Promise<{ status: number; socket: Socket }> {
  const { request } = proxy.url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    request(proxy.url, { method: 'CONNECT', path: target, headers, ca: ca.cert, agent: false })
      .on('connect', ({ statusCode = 0 }, socket) => resolve({ status: statusCode, socket }))
      .on('error', reject)
      .end();
  });
}

function getThrough(tunnel: Socket, path: string): Promise<number | undefined> {
  const socket = tls.connect({ socket: tunnel, ca: ca.cert, servername: 'localhost' });
  return new Promise((resolve, reject) => {
    https
      .get({ createConnection: () => socket, path }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
      .on('error', reject);
  });
}

describe('a forward proxy', () => {
  test('tunnels for credentials that contain @, : and %, and counts it itself', async () => {
    await using proxy = await startProxy({ credentials });
    const target = `127.0.0.1:${origin.port}`;
    const { status, socket } = await connect(proxy, target, {
      'Proxy-Authorization': authorization,
    });
    expect(status).toBe(200);
    expect(await getThrough(socket, '/bytes/100000')).toBe(200);
    expect(proxy.stats).toMatchObject({ connects: 1, forwards: 0, refused407: 0 });
    expect(proxy.stats.targets).toEqual([target]);
    expect(proxy.stats.bytesDown).toBeGreaterThan(100_000);
    expect(proxy.stats.bytesUp).toBeLessThan(10_000);
    expect(proxy.requests[0]).toMatchObject({ method: 'CONNECT', target, accepted: true });
    expect(proxy.requests[0]?.rawHeaders).toContain('Proxy-Authorization');
    socket.destroy();
    await until(() => proxy.openSockets() === 0, 'the proxy saw its socket close');
    expect(proxy.stats.bytesDown).toBeGreaterThan(100_000);
  });

  test('writes its credentials into a URL that reads back as they were', async () => {
    await using proxy = await startProxy({ credentials });
    const url = new URL(proxy.urlWithCredentials);
    expect(decodeURIComponent(url.username)).toBe(credentials.username);
    expect(decodeURIComponent(url.password)).toBe(credentials.password);
    expect(`${url.protocol}//${url.host}`).toBe(proxy.url);
  });

  test('refuses missing and wrong credentials with 407, and counts each refusal', async () => {
    await using proxy = await startProxy({ credentials });
    const target = `127.0.0.1:${origin.port}`;
    const before = origin.connections;
    const wrong = basic('ada@corp:p@ss');
    expect((await connect(proxy, target)).status).toBe(407);
    expect((await connect(proxy, target, { 'Proxy-Authorization': wrong })).status).toBe(407);
    expect(proxy.stats).toMatchObject({ connects: 0, refused407: 2, targets: [] });
    expect(proxy.requests.map((request) => request.accepted)).toEqual([false, false]);
    expect(origin.connections).toBe(before);
  });

  test('forwards absolute-form requests and keeps their target as written', async () => {
    await using plain = await startOrigin();
    await using proxy = await startProxy();
    const path = `${plain.url}/a?b=c`;
    await new Promise<void>((resolve, reject) => {
      http
        .get(proxy.url, { path, agent: false }, (response) => response.resume().on('end', resolve))
        .on('error', reject);
    });
    expect(proxy.stats).toMatchObject({ connects: 0, forwards: 1, targets: [path] });
    expect(plain.requests[0]?.url).toBe('/a?b=c');
  });

  test('can speak TLS itself', async () => {
    await using proxy = await startProxy({ tls: await ca.issue() });
    const { status, socket } = await connect(proxy, `127.0.0.1:${origin.port}`);
    expect(status).toBe(200);
    expect(await getThrough(socket, '/')).toBe(200);
    expect(proxy.stats.connects).toBe(1);
    expect(proxy.url).toMatch(/^https:/);
  });

  test('can stand before another proxy', async () => {
    await using upstream = await startProxy({ credentials });
    await using proxy = await startProxy({ upstream: upstream.urlWithCredentials });
    const { socket } = await connect(proxy, `127.0.0.1:${origin.port}`);
    expect(await getThrough(socket, '/')).toBe(200);
    expect([proxy.stats.connects, upstream.stats.connects]).toEqual([1, 1]);
  });

  test('closes while a tunnel is open, and leaves nothing behind', async () => {
    const proxy = await startProxy();
    const { socket } = await connect(proxy, `127.0.0.1:${origin.port}`);
    socket.on('error', () => {});
    expect(proxy.openSockets()).toBe(1);
    await proxy.close();
    await proxy.close();
    await until(() => proxy.openSockets() === 0);
    await expect(connect(proxy, `127.0.0.1:${origin.port}`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
