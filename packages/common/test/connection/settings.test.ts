import { describe, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import type { BaseConnection, DecisionFacts } from '@sdk/common';
import { until } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection, thrown } from './stand.js';

const get = async (
  connection: BaseConnection,
  call?: Parameters<BaseConnection['request']>[1],
): Promise<DecisionFacts> =>
  (await connection.request({ method: 'GET', path: '/' }, call)).decision;

describe('the levels of the cascade', () => {
  test('speak in order: call, instance, environment, direct', async () => {
    const [server, a, b, c] = await Promise.all([origin(), proxy(), proxy(), proxy()]);
    const env: Record<string, string | undefined> = { http_proxy: a.url };
    const connection = connect(server.url, { env });
    expect(await get(connection)).toMatchObject({
      decidedBy: 'env',
      variable: 'http_proxy',
      proxy: a.url,
    });
    connection.setHttpProxy(b.url);
    expect(await get(connection)).toMatchObject({ decidedBy: 'instance', proxy: b.url });
    expect(await get(connection, { httpProxy: c.url })).toMatchObject({
      decidedBy: 'call',
      proxy: c.url,
    });
    expect(await get(connection, { httpProxy: false })).toMatchObject({
      decidedBy: 'call',
      proxy: null,
    });
    expect(await get(connection, { noProxy: '127.0.0.1' })).toMatchObject({ proxy: b.url });
    connection.setHttpProxy(false);
    expect(await get(connection)).toMatchObject({ decidedBy: 'instance', proxy: null });
    connection.setHttpProxy(undefined);
    expect(await get(connection)).toMatchObject({ decidedBy: 'env', proxy: a.url });
    env['no_proxy'] = '127.0.0.1';
    expect(await get(connection)).toMatchObject({
      decidedBy: 'env',
      proxy: null,
      bypassedBy: '127.0.0.1',
    });
    delete env['http_proxy'];
    expect(await get(connection)).toMatchObject({ decidedBy: 'default', proxy: null });
    expect([a, b, c].map((each) => each.stats.forwards)).toEqual([2, 2, 1]);
  });

  test('read process.env at each request', async () => {
    const [server, a] = await Promise.all([origin(), proxy()]);
    const connection = connect(server.url, { env: undefined });
    const before = { ...process.env };
    try {
      for (const name of [
        'http_proxy',
        'HTTP_PROXY',
        'all_proxy',
        'ALL_PROXY',
        'no_proxy',
        'NO_PROXY',
      ]) {
        delete process.env[name];
      }
      expect(await get(connection)).toMatchObject({ decidedBy: 'default' });
      process.env['HTTP_PROXY'] = a.url;
      expect(await get(connection)).toMatchObject({ decidedBy: 'env', variable: 'HTTP_PROXY' });
    } finally {
      for (const name of [
        'http_proxy',
        'HTTP_PROXY',
        'all_proxy',
        'ALL_PROXY',
        'no_proxy',
        'NO_PROXY',
      ]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });

  test('decide anew for each attempt', async () => {
    let count = 0;
    const [a, b] = await Promise.all([proxy(), proxy()]);
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      if (count === 1) connection.setHttpProxy(b.url);
      response.writeHead(count === 1 ? 503 : 200).end('{}');
    });
    const connection = connect(server.url, { httpProxy: a.url });
    expect(await get(connection)).toMatchObject({ proxy: b.url });
    expect([a.stats.forwards, b.stats.forwards]).toEqual([1, 1]);
  });
});

describe('setHttpProxy', () => {
  test('leaves calls in flight on their way', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const connection = connect(server.url, { httpProxy: a.url });
    const slow = connection.request({ method: 'GET', path: '/slow-headers?ms=200' });
    await until(() => a.stats.forwards === 1);
    connection.setHttpProxy(b.url);
    await get(connection);
    expect((await slow).decision.proxy).toBe(a.url);
    expect([a.stats.forwards, b.stats.forwards]).toEqual([1, 1]);
  });

  test('changes nothing where it is refused', async () => {
    const [server, a] = await Promise.all([origin(), proxy()]);
    const connection = connect(server.url, { httpProxy: a.url });
    expect(thrown(() => connection.setHttpProxy('ftp://canary@x'))).toMatchObject({
      code: 'SDK_CONFIGURATION',
    });
    expect(await get(connection)).toMatchObject({ proxy: a.url });
  });

  test('keeps the list of the instance that belongs beside it', async () => {
    const [server, a] = await Promise.all([origin(), proxy()]);
    const connection = connect(server.url, { noProxy: ['127.0.0.1'] });
    connection.setHttpProxy(a.url);
    expect(await get(connection)).toMatchObject({
      decidedBy: 'instance',
      proxy: null,
      bypassedBy: '127.0.0.1',
    });
  });
});

describe('a view', () => {
  test('follows its parent’s later changes, unless it was given a proxy itself', async () => {
    const [server, a, b, c] = await Promise.all([origin(), proxy(), proxy(), proxy()]);
    const parent = connect(server.url, { httpProxy: a.url });
    const plain = parent.with({ timeouts: { totalMs: 5_000 } });
    const grandchild = plain.with({ retry: false });
    const own = parent.with({ httpProxy: c.url });
    expect((await get(plain)).proxy).toBe(a.url);
    parent.setHttpProxy(b.url);
    expect((await get(plain)).proxy).toBe(b.url);
    expect((await get(grandchild)).proxy).toBe(b.url);
    expect((await get(own)).proxy).toBe(c.url);
    plain.setHttpProxy(false);
    expect((await get(plain)).proxy).toBeNull();
    expect((await get(grandchild)).proxy).toBeNull();
    expect((await get(parent)).proxy).toBe(b.url);
  });

  test('hands the decision back to the environment, too', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const view = connect(server.url, { httpProxy: a.url, env: { http_proxy: b.url } }).with({});
    expect(await get(view)).toMatchObject({ proxy: a.url });
    view.setHttpProxy(undefined);
    expect(await get(view)).toMatchObject({ proxy: b.url, decidedBy: 'env' });
  });

  test('has its own list over its parent’s proxy, and the other way round', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const parent = connect(server.url, { httpProxy: a.url, noProxy: 'example.org' });
    expect(await get(parent.with({ noProxy: '*' }))).toMatchObject({
      proxy: null,
      bypassedBy: '*',
    });
    expect(await get(parent.with({ httpProxy: b.url }))).toMatchObject({ proxy: b.url });
    parent.setHttpProxy(b.url);
    expect(await get(parent)).toMatchObject({ proxy: b.url });
  });

  test('shares the sockets, and closing it closes nothing', async () => {
    const server = await origin();
    const parent = connect(server.url);
    const view = parent.with({ userAgent: 'view/1' });
    await get(parent);
    await get(view);
    expect(server.connections).toBe(1);
    expect(server.requests[1]?.headers['user-agent']).toMatch(/^view\/1 /);
    await view.close();
    await get(view);
    await get(parent);
    expect(server.connections).toBe(1);
  });

  test('refuses what only a constructor can say, and what nobody knows', () => {
    const parent = connect('http://h');
    for (const key of ['transport', 'env', 'endpoint', 'htpProxy']) {
      expect(thrown(() => parent.with({ [key]: undefined }))).toMatchObject({
        code: 'SDK_CONFIGURATION',
      });
    }
  });
});

describe('close', () => {
  test('ends every socket; a later call is a ConfigurationError, on views, too', async () => {
    const server = await origin();
    const connection = connect(server.url);
    const view = connection.with({});
    await Promise.all(Array.from({ length: 5 }, () => get(connection)));
    await connection.close();
    await connection.close();
    await until(() => server.openSockets() === 0);
    for (const closed of [
      connection,
      view,
      connection.derive({ endpoint: server.url, purpose: 'x' }),
    ]) {
      expect(await rejection(get(closed))).toMatchObject({
        code: 'SDK_CONFIGURATION',
        field: 'close',
      });
    }
  });

  test('never ends a transport that was given', async () => {
    const server = await origin();
    const transport = keep(new AxiosTransport());
    const [one, two] = [connect(server.url, { transport }), connect(server.url, { transport })];
    await get(one);
    await one.close();
    await get(two);
    expect(server.connections).toBe(1);
    expect(await rejection(get(one))).toMatchObject({ code: 'SDK_CONFIGURATION' });
  });

  test('ends what waits for its next attempt', async () => {
    const server = await origin();
    const connection = connect(server.url);
    const path = '/set?status=503&retry-after-ms=200';
    const call = rejection(connection.request({ method: 'GET', path }));
    await until(() => server.requests[0]?.status === 503);
    await connection.close();
    expect(await call).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
    expect(server.requests).toHaveLength(1);
  });

  test('is what Symbol.asyncDispose does', async () => {
    const connection = connect((await origin()).url);
    await get(connection);
    await connection[Symbol.asyncDispose]();
    expect(await rejection(get(connection))).toMatchObject({ field: 'close' });
  });
});
