import { beforeEach, describe, expect, test } from '@jest/globals';
import type { HttpProxy } from '@sdk/common';
import { readSquidLog, readUntil, type SquidRequest } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';
import { proxyTls, startOrigins } from './origins.js';

const { squid } = readEndpoints();
const portOf = (url: string): number => Number(new URL(url).port);
const { username, password } = squid;
const credentials = { username, password };
const named = (url: string, secret = password) => withUserinfo(url, username, secret);

const WAYS: readonly [string, string, HttpProxy, string | undefined][] = [
  ['an open http: proxy', squid.open, squid.open, undefined],
  ['an http: proxy by userinfo', squid.basic, named(squid.basic), username],
  ['an http: proxy by credentials', squid.basic, { url: squid.basic, credentials }, username],
  ['an https: proxy', squid.tls, { url: squid.tls, tls: proxyTls }, undefined],
  [
    'an https: proxy by userinfo',
    squid.tlsBasic,
    { url: named(squid.tlsBasic), tls: proxyTls },
    username,
  ],
];

describe.each(ENGINES)('squid on $name', (engine) => {
  const lab = useConnections(engine);
  let notedBefore: number;
  beforeEach(async () => {
    notedBefore = (await readSquidLog(squid.accessLog)).length;
  });

  /** What squid noted about this test's origins. A tunnel is noted when it ends, so the connections are closed. */
  async function noted(count: number, ports: readonly number[] = []): Promise<SquidRequest[]> {
    await lab.close();
    const ours = [lab.origins.http.port, lab.origins.https.port];
    const isOurs = ({ target }: SquidRequest): boolean =>
      ours.some((port) => new RegExp(`:${port}(?:/|$)`).test(target));
    return readUntil(
      async () => (await readSquidLog(squid.accessLog)).slice(notedBefore).filter(isOurs),
      (lines) =>
        lines.length >= count && ports.every((port) => lines.some((line) => line.port === port)),
    );
  }

  describe.each(WAYS)('through %s', (_, proxy, httpProxy, user) => {
    const port = portOf(proxy);

    test('an http: target is asked for in absolute-form, byte for byte', async () => {
      const path = '//a/./b%2Fc/../d?x=%20y';
      const answer = await lab.to('http', httpProxy).request(get(path));
      expect(answer).toMatchObject({
        ...{ status: 200, body: 'hello', decision: { decidedBy: 'instance' } },
      });
      const target = `http://${lab.authority('http')}${path}`;
      expect(await noted(1)).toMatchObject([
        { method: 'GET', target, status: 200, username: user, port },
      ]);
      expect(lab.origins.http.seen.map(({ url }) => url)).toEqual([path]);
    });

    test('nothing but one CONNECT is noted for three calls to an https: target', async () => {
      const https = lab.to('https', httpProxy);
      for (let i = 0; i < 3; i += 1) {
        expect((await https.request(get(`/secret-${i}`))).body).toBe('hello');
      }
      const target = lab.authority('https');
      expect(await noted(1)).toEqual([
        { result: 'TCP_TUNNEL', status: 200, method: 'CONNECT', target, username: user, port },
      ]);
    });

    test("tunnel: 'always' opens a tunnel to an http: target too", async () => {
      const always = { ...(typeof httpProxy === 'object' ? httpProxy : { url: httpProxy }) };
      const there = lab.to('http', { ...always, tunnel: 'always' } as HttpProxy);
      expect((await there.request(get('/in-a-tunnel'))).body).toBe('hello');
      expect(await noted(1)).toMatchObject([
        { method: 'CONNECT', target: lab.authority('http'), status: 200, username: user, port },
      ]);
      expect(lab.origins.http.seen.map(({ url }) => url)).toEqual(['/in-a-tunnel']);
    });

    test.each(['http', 'https'] as const)(
      'no credential of the proxy reaches an %s: origin',
      async (scheme) => {
        await lab.to(scheme, httpProxy).request(get('/'));
        expect(lab.origins[scheme].seen).toHaveLength(1);
        expect(lab.origins[scheme].seen[0]?.headers).not.toHaveProperty('proxy-authorization');
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
      ])('%s: a ProxyError of phase auth, and the origin hears nothing', async (_name, wrong) => {
        const proxy = wrong === undefined ? url : named(url, wrong);
        const error = await rejection(lab.to(scheme, { url: proxy, tls }).request(get('/')));
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'auth', status: 407, hint: expect.any(String) },
          ...{ schemes: ['Basic'], tried: wrong === undefined ? [] : ['Basic'] },
        });
        expect(JSON.stringify(error)).not.toContain('canary');
        expect(lab.origins[scheme].seen).toEqual([]);
        const method = scheme === 'https' ? 'CONNECT' : 'GET';
        expect(await noted(1)).toMatchObject([{ status: 407, method, port: portOf(url) }]);
      });

      test('a function for credentials is asked again once, and told what squid offered', async () => {
        const asked: [number, readonly string[]][] = [];
        const source = ({ attempt, schemes }: { attempt: number; schemes: readonly string[] }) => {
          asked.push([attempt, schemes]);
          return attempt === 1 ? { username, password: 'old' } : credentials;
        };
        const there = lab.to(scheme, { url, tls, credentials: source });
        expect((await there.request(get('/'))).body).toBe('hello');
        expect(asked).toEqual([
          [1, []],
          [2, ['Basic']],
        ]);
        expect((await noted(2)).map(({ status }) => status).sort()).toEqual([200, 407]);
      });
    });
  });

  test('a name that squid alone knows is looked up by squid', async () => {
    for (const scheme of ['http', 'https'] as const) {
      const there = lab.to(scheme, squid.open, { host: squid.originName });
      expect((await there.request(get('/'))).body).toBe('hello');
    }
    const lines = await noted(2);
    expect(lines.map(({ method }) => method).sort()).toEqual(['CONNECT', 'GET']);
  });

  test('a target that squid forbids is a ProxyError of phase tunnel with the status and a hint', async () => {
    const there = lab.to('https', squid.open, { host: squid.forbiddenName });
    expect(await rejection(there.request(get('/')))).toMatchObject({
      ...{ code: 'SDK_PROXY', phase: 'tunnel', status: 403, hint: expect.any(String) },
    });
    expect(await noted(1)).toMatchObject([{ method: 'CONNECT', status: 403 }]);
  });

  test('a target where nobody listens is a ProxyError of phase tunnel with the status and a hint', async () => {
    const gone = await startOrigins();
    await gone.close();
    const endpoint = `https://127.0.0.1:${gone.https.port}`;
    const error = await rejection(lab.to('https', squid.open, { endpoint }).request(get('/')));
    expect(error).toMatchObject({
      ...{ code: 'SDK_PROXY', phase: 'tunnel', status: 503, hint: expect.any(String) },
    });
  });

  test('the environment, the instance and the call name three ports of squid, and the nearest is taken', async () => {
    const endpoint = `http://${lab.authority('http')}`;
    const layered = lab.to('http', undefined, { env: { http_proxy: squid.open } });
    await layered.request(get('/by-environment'));
    layered.setHttpProxy(named(squid.basic));
    await layered.request(get('/by-instance'));
    await layered.request(get('/by-call'), { httpProxy: { url: squid.tls, tls: proxyTls } });
    await layered.request(get('/direct'), { httpProxy: false });
    expect((await noted(3)).map(({ port, target }) => [port, target])).toEqual([
      [portOf(squid.open), `${endpoint}/by-environment`],
      [portOf(squid.basic), `${endpoint}/by-instance`],
      [portOf(squid.tls), `${endpoint}/by-call`],
    ]);
    expect(lab.origins.http.seen).toHaveLength(4);
  });

  test('a thousand calls over two ports of squid, 50 at a time, open no more tunnels than run at a time', async () => {
    const ways = [lab.to('https', squid.open), lab.to('https', named(squid.basic))];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < 1_000; i = next++) {
        const answer = await ways[i % 2]?.request(get(`/${i}`));
        expect(answer?.body).toBe('hello');
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));
    expect(new Set(lab.origins.https.seen.map(({ url }) => url)).size).toBe(1_000);
    const ports = [squid.open, squid.basic].map(portOf);
    const lines = await noted(2, ports);
    expect(new Set(lines.map(({ method }) => method))).toEqual(new Set(['CONNECT']));
    for (const each of ports) {
      const tunnels = lines.filter(({ port }) => port === each).length;
      expect(tunnels).toBeGreaterThan(0);
      expect(tunnels).toBeLessThanOrEqual(50);
    }
  });
});
