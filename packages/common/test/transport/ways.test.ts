import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosTransport, ProxyServer } from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  until,
  type CertificateAuthority,
  type Origin,
  type Proxy,
} from '@sdk/testing';
import { attempt, text } from './request.js';

const credentials = { username: 'ada', password: 'p@ss:100%' };
let authority: CertificateAuthority;
let plain: Origin;
let secure: Origin;
let open: Proxy;
let guarded: Proxy;
let encrypted: Proxy;
let transport: AxiosTransport;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  const leaf = await authority.issue({ hosts: ['localhost', '127.0.0.1', '::1'] });
  plain = await startOrigin();
  secure = await startOrigin({ tls: leaf });
  open = await startProxy();
  guarded = await startProxy({ credentials });
  encrypted = await startProxy({ tls: leaf, credentials });
});
afterAll(() =>
  Promise.all([plain, secure, open, guarded, encrypted].map((server) => server.close())),
);
beforeEach(() => {
  transport = new AxiosTransport();
});
afterEach(() => transport.close());

const tls = () => ({ ca: authority.cert });
const server = (proxy: Proxy, more = {}) => {
  const protocol = proxy.url.startsWith('https:') ? ('https:' as const) : ('http:' as const);
  return new ProxyServer({ protocol, host: '127.0.0.1', port: proxy.port, ...more });
};

const proxyOf = ({ port }: ProxyServer) =>
  [open, guarded, encrypted].find((each) => each.port === port) as Proxy;

describe.each([
  ['directly to an http origin', () => ({ url: plain.url, proxy: undefined })],
  ['directly to an https origin', () => ({ url: secure.url, proxy: undefined })],
  ['in absolute-form to an http origin', () => ({ url: plain.url, proxy: server(open) })],
  [
    'in absolute-form with credentials',
    () => ({ url: plain.url, proxy: server(guarded, credentials) }),
  ],
  ['through a tunnel to an https origin', () => ({ url: secure.url, proxy: server(open) })],
  [
    'through a tunnel with credentials',
    () => ({ url: secure.url, proxy: server(guarded, credentials) }),
  ],
  [
    'through a tunnel to an http origin',
    () => ({ url: plain.url, proxy: server(open, { tunnel: 'always' }) }),
  ],
  [
    'through an https proxy to an https origin',
    () => ({ url: secure.url, proxy: server(encrypted, { ...credentials, tls: tls() }) }),
  ],
  [
    'through an https proxy to an http origin',
    () => ({ url: plain.url, proxy: server(encrypted, { ...credentials, tls: tls() }) }),
  ],
])('%s', (_name, way) => {
  test('a request arrives as it was made, and its answer comes back', async () => {
    const { url, proxy } = way();
    const response = await transport.send(
      attempt(`${url}/a//b/../c?x=%20y`, {
        via: proxy,
        tls: tls(),
        method: 'POST',
        headers: ['X-One', '1'],
        body: 'päß',
      }),
    );
    expect(response.status).toBe(200);
    const echo = JSON.parse(await text(response.body)) as {
      method: string;
      url: string;
      bodyBytes: number;
    };
    expect(echo).toMatchObject({ method: 'POST', bodyBytes: 5 });
    // proxy-chain itself reads the target of an absolute-form as a URL: there the proxy's own record is the proof.
    const forwarded = proxy !== undefined && url === plain.url && proxy.tunnel !== 'always';
    const seen = forwarded ? proxyOf(proxy).requests.at(-1)?.target : url + echo.url;
    expect(seen).toBe(`${url}/a//b/../c?x=%20y`);
  });

  test("a second request reuses the first one's socket", async () => {
    const { url, proxy } = way();
    const first = await transport.send(attempt(`${url}/`, { via: proxy, tls: tls() }));
    await text(first.body);
    const second = await transport.send(attempt(`${url}/`, { via: proxy, tls: tls() }));
    await text(second.body);
    expect([first.reusedSocket, second.reusedSocket]).toEqual([false, true]);
  });

  test('no socket is left after close', async () => {
    const { url, proxy } = way();
    const response = await transport.send(attempt(`${url}/`, { via: proxy, tls: tls() }));
    await text(response.body);
    await transport.close();
    await until(() =>
      [plain, secure, open, guarded, encrypted].every((each) => each.openSockets() === 0),
    );
    expect(open.openSockets()).toBe(0);
  });
});

test('nothing but CONNECT reaches a proxy for an https target, and no Authorization is in it', async () => {
  const seen = open.requests.length;
  const response = await transport.send(
    attempt(`${secure.url}/secret`, {
      via: server(open),
      tls: tls(),
      headers: ['Authorization', 'Bearer canary'],
    }),
  );
  await text(response.body);
  const requests = open.requests.slice(seen);
  expect(requests.map(({ method }) => method)).toEqual(['CONNECT']);
  expect(JSON.stringify(requests)).not.toMatch(/canary|secret|authorization/i);
});

test.each([
  ['in absolute-form', () => plain.url],
  ['through a tunnel', () => secure.url],
])('no proxy credential reaches the origin %s', async (_name, url) => {
  const response = await transport.send(
    attempt(`${url()}/`, { via: server(guarded, credentials), tls: tls() }),
  );
  expect(await text(response.body)).not.toMatch(/proxy-authorization|YWRh/i);
});
