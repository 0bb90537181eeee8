import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AxiosTransport, ProxyServer } from '@sdk/common';
import {
  createCertificateAuthority,
  scripts,
  startOrigin,
  startProxy,
  startScriptedProxy,
  until,
  type CertificateAuthority,
  type ConnectionScript,
  type Origin,
  type Proxy,
} from '@sdk/testing';
import { attempt, text } from './request.js';

let authority: CertificateAuthority;
let secure: Origin;
let proxies: Proxy[];

beforeAll(async () => {
  authority = await createCertificateAuthority();
  secure = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxies = [
    await startProxy({ credentials: { username: 'a', password: 'one' } }),
    await startProxy({ credentials: { username: 'b', password: 'two' } }),
  ];
});
afterAll(() => Promise.all([secure, ...proxies].map((server) => server.close())));

const via = (
  index: number,
  username = index === 0 ? 'a' : 'b',
  password = index === 0 ? 'one' : 'two',
) =>
  new ProxyServer({
    protocol: 'http:',
    host: '127.0.0.1',
    port: proxies[index]?.port ?? 0,
    username,
    password,
  });

test('1,000 concurrent calls over two proxies mix nothing up', async () => {
  const transport = new AxiosTransport({ maxSockets: 20 });
  const servers = [via(0), via(1)];
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, async (_, i) => {
      const response = await transport.send(
        attempt(`${secure.url}/call/${i}`, {
          via: servers[i % 2],
          tls: { ca: authority.cert },
          method: 'POST',
          body: `body ${i}`,
          headers: ['X-Call', String(i)],
        }),
      );
      const echo = JSON.parse(await text(response.body)) as {
        url: string;
        headers: [string, string][];
      };
      return {
        i,
        url: echo.url,
        call: echo.headers.find(([name]) => name === 'X-Call')?.[1],
        route: response.route,
      };
    }),
  );
  expect(answers).toHaveLength(1_000);
  for (const { i, url, call, route } of answers) {
    expect([url, call]).toEqual([`/call/${i}`, String(i)]);
    expect(route.proxy).toBe(servers[i % 2]);
  }
  expect(proxies.map(({ stats }) => stats.connects)).toEqual([20, 20]);
  await transport.close();
  await until(() => proxies.every((proxy) => proxy.openSockets() === 0), 'no tunnel was left');
}, 30_000);

test('a tunnel is never shared by other credentials', async () => {
  const transport = new AxiosTransport();
  const first = await transport.send(
    attempt(`${secure.url}/`, { via: via(0), tls: { ca: authority.cert } }),
  );
  await text(first.body);
  await expect(
    transport.send(
      attempt(`${secure.url}/`, { via: via(0, 'a', 'wrong'), tls: { ca: authority.cert } }),
    ),
  ).rejects.toMatchObject({ code: 'SDK_PROXY', phase: 'auth' });
  await transport.close();
});

test('a socket is never shared by other TLS settings of the origin', async () => {
  const transport = new AxiosTransport();
  const trusting = await transport.send(attempt(`${secure.url}/`, { tls: { ca: authority.cert } }));
  await text(trusting.body);
  await expect(transport.send(attempt(`${secure.url}/`))).rejects.toMatchObject({
    code: 'SDK_TLS',
  });
  await transport.close();
});

test('forward connections are shared across http origins', async () => {
  const [one, two] = [await startOrigin(), await startOrigin()];
  const transport = new AxiosTransport();
  const server = via(0);
  await text((await transport.send(attempt(`${one.url}/`, { via: server }))).body);
  const second = await transport.send(attempt(`${two.url}/`, { via: server }));
  await text(second.body);
  expect([second.reusedSocket, two.requests.length]).toEqual([true, 1]);
  await transport.close();
  await Promise.all([one.close(), two.close()]);
});

test('an idle socket expires', async () => {
  const origin = await startOrigin();
  const transport = new AxiosTransport({ idleSocketMs: 60 });
  await text((await transport.send(attempt(`${origin.url}/`))).body);
  expect(origin.openSockets()).toBe(1);
  await until(() => origin.openSockets() === 0, 'the idle socket was closed');
  await transport.close();
  await origin.close();
});

test('freshSocket opens a new one though another is idle', async () => {
  const origin = await startOrigin();
  const transport = new AxiosTransport();
  await text((await transport.send(attempt(`${origin.url}/`))).body);
  const fresh = await transport.send(attempt(`${origin.url}/`, { freshSocket: true }));
  await text(fresh.body);
  expect([fresh.reusedSocket, origin.connections]).toEqual([false, 2]);
  await transport.close();
  await origin.close();
});

test('close ends a dial that is under way', async () => {
  const silent = await startScriptedProxy(scripts.silent);
  const transport = new AxiosTransport();
  const via = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: silent.port });
  const dialling = transport.send(attempt(`${secure.url}/`, { via }));
  const outcome = expect(dialling).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
  await until(() => silent.connections.length === 1);
  await transport.close();
  await outcome;
  await until(() => silent.openSockets() === 0, 'the proxy saw the socket close');
  await silent.close();
});

test('close ends calls in flight, and a later send is refused', async () => {
  const origin = await startOrigin();
  const transport = new AxiosTransport();
  const hanging = transport.send(attempt(`${origin.url}/hang`));
  const outcome = expect(hanging).rejects.toMatchObject({ code: 'SDK_CONNECTION' });
  await until(() => origin.requests.length === 1);
  await transport.close();
  await outcome;
  await expect(transport.send(attempt(`${origin.url}/`))).rejects.toMatchObject({
    code: 'SDK_CONFIGURATION',
  });
  await origin.close();
});

/** A forward proxy that promises to keep a connection and closes it a moment after each answer, as tinyproxy does. */
const forgetful: ConnectionScript = (socket) => {
  socket.on('end', () => socket.end());
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    setTimeout(() => socket.end(), 5);
  });
};

test('changes through a forward proxy that forgets its connections are not lost on a stale one', async () => {
  const proxy = await startScriptedProxy(forgetful);
  const server = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: proxy.port });
  const transport = new AxiosTransport();
  for (let i = 0; i < 30; i += 1) {
    const post = attempt('http://origin.test/', { via: server, method: 'POST', body: 'x' });
    expect(await text((await transport.send(post)).body)).toBe('ok');
  }
  await transport.close();
  await proxy.close();
});

test('changes reuse the connections of a forward proxy that has shown that it keeps them', async () => {
  const [origin, proxy] = [await startOrigin(), await startProxy()];
  const server = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: proxy.port });
  const transport = new AxiosTransport();
  const send = async (method: string) => {
    const response = await transport.send(attempt(`${origin.url}/`, { via: server, method }));
    await text(response.body);
    return response.reusedSocket;
  };
  expect([await send('POST'), await send('POST')]).toEqual([false, false]);
  expect([await send('GET'), await send('POST')]).toEqual([true, true]);
  await transport.close();
  await Promise.all([origin.close(), proxy.close()]);
});
