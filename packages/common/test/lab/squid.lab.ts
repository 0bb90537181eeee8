import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BaseConnection, type HttpProxy } from '@sdk/common';
import { readSquidLog, readUntil, type SquidRequest } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { originTls, proxyTls, startOrigins, type Origins } from './origins.js';

const { squid } = readEndpoints();
const portOf = (url: string): number => Number(new URL(url).port);

/** The proxy with its credentials in the URL, as people write it. */
const withUserinfo = (url: string, password = squid.password): string =>
  url.replace('//', `//${squid.username}:${encodeURIComponent(password)}@`);

const credentials = { username: squid.username, password: squid.password };
const WAYS: readonly [string, string, HttpProxy, string | undefined][] = [
  ['an open http: proxy', squid.open, squid.open, undefined],
  ['an http: proxy by userinfo', squid.basic, withUserinfo(squid.basic), squid.username],
  ['an http: proxy by credentials', squid.basic, { url: squid.basic, credentials }, squid.username],
  ['an https: proxy', squid.tls, { url: squid.tls, tls: proxyTls }, undefined],
  [
    'an https: proxy by userinfo',
    squid.tlsBasic,
    { url: withUserinfo(squid.tlsBasic), tls: proxyTls },
    squid.username,
  ],
];

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

// Each test has origins of its own, so that squid's lines about their ports are this test's.
let origins: Origins;
let notedBefore: number;
const open: BaseConnection[] = [];
beforeEach(async () => {
  notedBefore = (await readSquidLog(squid.accessLog)).length;
  origins = await startOrigins();
});
const closeConnections = () => Promise.all(open.splice(0).map((each) => each.close()));
afterEach(async () => {
  await closeConnections();
  await origins.close();
});

/** A connection to one of the origins. */
function connection(scheme: 'http' | 'https', httpProxy: HttpProxy, host = '127.0.0.1') {
  const endpoint = `${scheme}://${host}:${origins[scheme].port}`;
  const made = new BaseConnection({ endpoint, httpProxy, tls: originTls, retry: false, env: {} });
  open.push(made);
  return made;
}

const get = (path: string) => ({ method: 'GET', path, expect: 'text' }) as const;

/** What squid noted about this test's origins. A tunnel is noted when it ends, so the connections are closed. */
async function noted(count: number): Promise<SquidRequest[]> {
  await closeConnections();
  const ours = [origins.http.port, origins.https.port];
  const isOurs = ({ target }: SquidRequest): boolean =>
    ours.some((port) => new RegExp(`:${port}(?:/|$)`).test(target));
  return readUntil(
    async () => (await readSquidLog(squid.accessLog)).slice(notedBefore).filter(isOurs),
    (lines) => lines.length >= count,
  );
}

describe.each(WAYS)('through %s', (_, proxy, httpProxy, username) => {
  const port = portOf(proxy);

  test('an http: target is asked for in absolute-form, byte for byte', async () => {
    const path = '//a/./b%2Fc/../d?x=%20y';
    const answer = await connection('http', httpProxy).request(get(path));
    expect(answer).toMatchObject({
      status: 200,
      body: 'hello',
      decision: { decidedBy: 'instance' },
    });
    const target = `http://127.0.0.1:${origins.http.port}${path}`;
    const lines = await noted(1);
    expect(lines).toMatchObject([{ method: 'GET', target, status: 200, username, port }]);
    expect(origins.http.seen.map(({ url }) => url)).toEqual([path]);
  });

  test('nothing but one CONNECT is noted for three calls to an https: target', async () => {
    const https = connection('https', httpProxy);
    for (let i = 0; i < 3; i += 1) {
      expect((await https.request(get(`/secret-${i}`))).body).toBe('hello');
    }
    const target = `127.0.0.1:${origins.https.port}`;
    expect(await noted(1)).toEqual([
      { result: 'TCP_TUNNEL', status: 200, method: 'CONNECT', target, username, port },
    ]);
  });

  test.each(['http', 'https'] as const)(
    'no credential of the proxy reaches an %s: origin',
    async (scheme) => {
      await connection(scheme, httpProxy).request(get('/'));
      expect(origins[scheme].seen).toHaveLength(1);
      expect(origins[scheme].seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    },
  );
});

describe.each([
  ['an http: proxy', squid.basic, undefined],
  ['an https: proxy', squid.tlsBasic, proxyTls],
])('credentials that %s refuses', (_, url, tls) => {
  describe.each(['http', 'https'] as const)('for an %s: target', (scheme) => {
    test.each([
      ['none', undefined],
      ['a wrong password', 'canary-wrong'],
    ])('%s: a ProxyError of phase auth, and the origin hears nothing', async (_name, password) => {
      const proxy = password === undefined ? url : withUserinfo(url, password);
      const there = connection(scheme, { url: proxy, tls });
      const error = await rejection(there.request(get('/')));
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'auth',
        status: 407,
        hint: expect.any(String),
      });
      expect(JSON.stringify(error)).not.toContain('canary');
      expect(origins[scheme].seen).toEqual([]);
      const method = scheme === 'https' ? 'CONNECT' : 'GET';
      expect(await noted(1)).toMatchObject([{ status: 407, method, port: portOf(url) }]);
    });
  });
});

test('a name that squid alone knows is looked up by squid', async () => {
  for (const scheme of ['http', 'https'] as const) {
    const there = connection(scheme, squid.open, squid.originName);
    expect((await there.request(get('/'))).body).toBe('hello');
  }
  const lines = await noted(2);
  expect(lines.map(({ method }) => method).sort()).toEqual(['CONNECT', 'GET']);
});

test('a target that squid forbids is a ProxyError of phase tunnel with the status and a hint', async () => {
  const there = connection('https', squid.open, squid.forbiddenName);
  expect(await rejection(there.request(get('/')))).toMatchObject({
    code: 'SDK_PROXY',
    phase: 'tunnel',
    status: 403,
    hint: expect.any(String),
  });
  expect(await noted(1)).toMatchObject([{ method: 'CONNECT', status: 403 }]);
});

test('a target where nobody listens is a ProxyError of phase tunnel with the status and a hint', async () => {
  const gone = await startOrigins();
  await gone.close();
  const endpoint = `https://127.0.0.1:${gone.https.port}`;
  const there = new BaseConnection({ endpoint, httpProxy: squid.open, retry: false, env: {} });
  open.push(there);
  const error = await rejection(there.request(get('/')));
  expect(error).toMatchObject({
    code: 'SDK_PROXY',
    phase: 'tunnel',
    status: 503,
    hint: expect.any(String),
  });
});

test("tls.ca, which is for the origin, does not vouch for an https: proxy's certificate", async () => {
  const error = await rejection(connection('https', squid.tls).request(get('/')));
  expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tls' });
});

test('the environment, the instance and the call name three ports of squid, and the nearest is taken', async () => {
  const endpoint = `http://127.0.0.1:${origins.http.port}`;
  const layered = new BaseConnection({ endpoint, env: { http_proxy: squid.open }, retry: false });
  open.push(layered);
  await layered.request(get('/by-environment'));
  layered.setHttpProxy(withUserinfo(squid.basic));
  await layered.request(get('/by-instance'));
  await layered.request(get('/by-call'), { httpProxy: { url: squid.tls, tls: proxyTls } });
  await layered.request(get('/direct'), { httpProxy: false });
  expect((await noted(3)).map(({ port, target }) => [port, target])).toEqual([
    [portOf(squid.open), `${endpoint}/by-environment`],
    [portOf(squid.basic), `${endpoint}/by-instance`],
    [portOf(squid.tls), `${endpoint}/by-call`],
  ]);
  expect(origins.http.seen).toHaveLength(4);
});

test('a thousand calls over two ports of squid, 50 at a time, open no more tunnels than run at a time', async () => {
  const ways = [connection('https', squid.open), connection('https', withUserinfo(squid.basic))];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < 1_000; i = next++) {
      const answer = await ways[i % 2]?.request(get(`/${i}`));
      expect(answer?.body).toBe('hello');
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  expect(new Set(origins.https.seen.map(({ url }) => url)).size).toBe(1_000);
  const lines = await noted(2);
  expect(new Set(lines.map(({ method }) => method))).toEqual(new Set(['CONNECT']));
  for (const proxy of [squid.open, squid.basic]) {
    const tunnels = lines.filter(({ port }) => port === portOf(proxy)).length;
    expect(tunnels).toBeGreaterThan(0);
    expect(tunnels).toBeLessThanOrEqual(50);
  }
});
