import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { ConnectionOptions, DecisionFacts } from '@sdk/common';
import { connect, keep, origin, proxy, thrown } from './stand.js';

async function way(connection: BaseConnection): Promise<DecisionFacts> {
  return (await connection.request({ method: 'GET', path: '/' })).decision;
}

describe('options are read when they are given: changing them later changes nothing', () => {
  test('not at the next setHttpProxy', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const noProxy = ['nothing.example'];
    const connection = connect(server.url, { httpProxy: a.url, noProxy });
    noProxy.push('127.0.0.1');
    expect(await way(connection)).toMatchObject({ proxy: a.url });
    connection.setHttpProxy(b.url);
    expect(await way(connection)).toMatchObject({ proxy: b.url });
    expect(await way(connection.with({ httpProxy: a.url }))).toMatchObject({ proxy: a.url });
  });

  test('not in a view, whichever way the proxy was given', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const given = { url: a.url };
    const url = new URL(a.url);
    const list = [a.url];
    for (const httpProxy of [given, url, list]) {
      const made = connect(server.url, { httpProxy });
      const set = connect(server.url);
      set.setHttpProxy(httpProxy);
      given.url = b.url;
      url.href = b.url;
      list[0] = b.url;
      for (const connection of [made, set, made.with({}), made.with({ noProxy: 'x.example' })]) {
        expect(await way(connection)).toMatchObject({ proxy: a.url });
      }
      expect(await way(set.with({ noProxy: 'x.example' }))).toMatchObject({ proxy: a.url });
      given.url = a.url;
      url.href = a.url;
      list[0] = a.url;
    }
  });

  test('not for timers, repetitions and the address', async () => {
    const server = await origin();
    const timeouts = { totalMs: 5_000 };
    const retry = { attempts: 1 };
    const endpoint = new URL(server.url);
    const connection = connect(endpoint, { timeouts, retry });
    timeouts.totalMs = 1;
    retry.attempts = 9;
    endpoint.port = '9';
    const view = connection.with({});
    for (const each of [connection, view]) expect((await way(each)).origin).toBe(server.url);
  });
});

describe('what hangs on Object.prototype', () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;

  test.each(['endpoint', 'purpose', 'proxy', 'way'])(
    'does not steer a request: %s',
    async (name) => {
      const [server, elsewhere] = await Promise.all([origin(), origin()]);
      polluted[name] = elsewhere.url;
      try {
        const purposes: string[] = [];
        const httpProxy = ({ purpose }: { purpose: string }): undefined =>
          void purposes.push(purpose);
        const options: ConnectionOptions = { endpoint: server.url, env: {}, httpProxy };
        const connection = keep(new BaseConnection(options));
        expect(await way(connection)).toMatchObject({ origin: server.url, proxy: null });
        expect(await way(connection.with({}))).toMatchObject({ origin: server.url });
        expect(purposes).toEqual(['request', 'request']);
      } finally {
        delete polluted[name];
      }
      expect(elsewhere.requests).toHaveLength(0);
    },
  );

  test('is no endpoint where none was given', () => {
    polluted['endpoint'] = 'http://127.0.0.1:9';
    try {
      expect(thrown(() => new BaseConnection({} as ConnectionOptions))).toMatchObject({
        field: 'endpoint',
      });
    } finally {
      delete polluted['endpoint'];
    }
  });
});
