import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { SdkError } from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  startScriptedProxy,
  scripts,
  until,
} from '@sdk/testing';
import type { ConnectionScript } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection } from './stand.js';

const get = { method: 'GET', path: '/' } as const;
const gate = async (script: ConnectionScript) => keep(await startScriptedProxy(script));

describe('a list of proxies', () => {
  const failures: [string, ConnectionScript][] = [
    ['answers CONNECT with 503', scripts.refuse(503)],
    ['closes early', scripts.closeEarly()],
    ['answers garbage', scripts.garbage],
    ['is silent', scripts.silent],
  ];

  test.each(failures)('goes on where one %s', async (_name, script) => {
    const authority = await createCertificateAuthority();
    const server = keep(await startOrigin({ tls: await authority.issue() }));
    const [bad, good] = [await gate(script), await proxy()];
    const connection = connect(server.url, {
      httpProxy: [bad.url, good.url],
      tls: { ca: authority.cert },
      timeouts: { proxyMs: 300 },
    });
    const answer = await connection.request({
      method: 'POST',
      path: '/',
      body: Readable.from([Buffer.from('abc')]),
    });
    expect(answer).toMatchObject({ status: 200, attempts: 2, decision: { proxy: good.url } });
    expect(server.requests[0]?.body.toString()).toBe('abc');
  });

  test('goes on where one cannot be reached, and direct only where it says so', async () => {
    const closed = await startProxy();
    await closed.close();
    const server = await origin();
    const answer = await connect(server.url, { httpProxy: [closed.url, 'direct'] }).request({
      method: 'GET',
      path: '/',
    });
    expect(answer).toMatchObject({ attempts: 2, decision: { proxy: null, decidedBy: 'instance' } });
    const only = connect(server.url, { httpProxy: [closed.url], retry: false });
    expect(await rejection(only.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'SDK_PROXY',
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([403, 407])('does not go on after %i, which is an answer', async (status) => {
    const [refusing, good] = [await gate(scripts.refuse(status)), await proxy()];
    const connection = connect('https://localhost:9', {
      httpProxy: [refusing.url, good.url],
      retry: false,
    });
    const error = await rejection<SdkError>(connection.request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', status, decision: { proxy: refusing.url } });
    expect(good.requests).toHaveLength(0);
  });

  test.each(['direct', 'another proxy'])(
    'does not go on to %s after a refusal by absolute-form, and lets the proxy rest for nobody',
    async (next) => {
      const denied = scripts.refuse(403, { headers: ['X-Squid-Error: ERR_ACCESS_DENIED 0'] });
      const [refusing, good, server] = [await gate(denied), await proxy(), await origin()];
      const told: string[] = [];
      const logger = { ...console, debug: () => undefined, warn: (m: string) => told.push(m) };
      const connection = connect(server.url, {
        httpProxy: [refusing.url, next === 'direct' ? 'direct' : good.url],
        retry: false,
        logger,
      });
      for (let i = 1; i <= 2; i += 1) {
        expect(await rejection(connection.request(get))).toMatchObject({
          code: 'SDK_PROXY',
          status: 403,
          refused: true,
          decision: { proxy: refusing.url },
        });
        expect(refusing.connections).toHaveLength(i);
      }
      expect([good.stats.forwards, server.requests.length, told]).toEqual([0, 0, []]);
    },
  );

  test('does not go on after the origin’s own failure', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const connection = connect(server.url, { httpProxy: [a.url, b.url], retry: false });
    await rejection(connection.request({ method: 'GET', path: '/status/503' }));
    expect([a.stats.forwards, b.stats.forwards]).toEqual([1, 0]);
  });

  test('fails with the last failure, and lists all of them', async () => {
    const [one, two] = [await gate(scripts.refuse(502)), await gate(scripts.refuse(504))];
    const connection = connect('https://localhost:9', {
      httpProxy: [one.url, two.url],
      retry: false,
    });
    const error = await rejection<SdkError>(connection.request({ method: 'POST', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', status: 504, decision: { proxy: two.url } });
    expect(error.attempts).toMatchObject([
      { number: 1, proxy: one.url, status: 502, way: 'tunnel' },
      { number: 2, proxy: two.url, status: 504 },
    ]);
  });
});

describe('a proxy of a list that failed', () => {
  test('is left alone by the requests that follow, and is told of once', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const silent = keep(await startScriptedProxy(scripts.silent));
    const warnings: string[] = [];
    const logger = { ...console, debug: () => undefined, warn: (m: string) => warnings.push(m) };
    const connection = connect(server.url, {
      httpProxy: [
        { url: `http://ada:canary@127.0.0.1:${silent.port}`, tunnel: 'always' },
        good.url,
      ],
      timeouts: { proxyMs: 200 },
      logger,
    });
    await Promise.all([1, 2, 3].map(() => connection.request(get)));
    const tried = silent.connections.length;
    expect(tried).toBeLessThanOrEqual(3);
    const answers = await Promise.all([1, 2, 3].map(() => connection.with({}).request(get)));
    expect(answers.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    expect(silent.connections).toHaveLength(tried);
    expect(warnings).toEqual([
      `The proxy http://127.0.0.1:${silent.port} failed and is skipped for 1000 ms, as long as another proxy of the list can be tried`,
    ]);
  });

  test('does not rest for a call that gave it less time than its driver does', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const silent = keep(await startScriptedProxy(scripts.silent));
    const warnings: string[] = [];
    const logger = { ...console, debug: () => undefined, warn: (m: string) => warnings.push(m) };
    const connection = connect(server.url, {
      httpProxy: [{ url: silent.url, tunnel: 'always' }, good.url],
      logger,
    });
    await connection.request(get, { timeouts: { proxyMs: 100 } });
    await connection.request(get, { timeouts: { proxyMs: 100 } });
    expect(silent.connections).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  test('is asked again by one request after its rest, and serves again where it is back', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    let script: ConnectionScript = scripts.refuse(503);
    const ill = await gate((socket, api) => script(socket, api));
    const connection = connect(server.url, {
      httpProxy: [{ url: ill.url, tunnel: 'always' }, good.url],
    });
    await connection.request(get);
    expect(ill.connections).toHaveLength(1);
    script = scripts.tunnel();
    const isBack = async () => (await connection.request(get)).decision.proxy === ill.url;
    await until(isBack, 'the proxy was asked again', 10_000);
    expect((await connection.request(get)).decision.proxy).toBe(ill.url);
  });

  test('is tried although it rests where nothing else is left', async () => {
    const server = await origin();
    let script: ConnectionScript = scripts.refuse(503);
    const play: ConnectionScript = (socket, api) => script(socket, api);
    const [one, two] = [await gate(play), await gate(play)];
    const connection = connect(server.url, {
      httpProxy: [one, two].map(({ url }) => ({ url, tunnel: 'always' as const })),
      retry: false,
    });
    await rejection(connection.request(get));
    script = scripts.tunnel();
    expect((await connection.request(get)).decision.proxy).toBe(one.url);
  });

  test('does not rest where it is the only one, or where it refused', async () => {
    const refusing = await gate(scripts.refuse(403));
    const failingOne = await gate(scripts.refuse(503));
    for (const [httpProxy, gates] of [
      [failingOne.url, [failingOne]],
      [[refusing.url, 'http://127.0.0.1:9'], [refusing]],
    ] as const) {
      const connection = connect('https://localhost:9', { httpProxy, retry: false });
      for (let i = 0; i < 3; i += 1) await rejection(connection.request(get));
      expect(gates[0].connections).toHaveLength(3);
    }
  });
});
