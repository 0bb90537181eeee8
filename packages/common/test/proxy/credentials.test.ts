import { afterEach, describe, expect, test } from '@jest/globals';
import { BaseConnection, originOf, ProxyServer, routeTo } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';
import { refusal, shownBy } from '../refusal.js';

const closables: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const closable of closables.splice(0).reverse()) await closable.close();
});

/** An origin, a proxy that wants `ada` and a password, and a connection over it. */
async function stand(credentials: () => unknown) {
  const origin = await startOrigin();
  const proxy = await startProxy({ credentials: { username: 'ada', password: 'p@ss:100%' } });
  const connection = new BaseConnection({
    endpoint: origin.url,
    httpProxy: { url: proxy.url, credentials: credentials as () => { username: string } },
    env: {},
    retry: false,
  });
  closables.push(origin, proxy, connection);
  return { origin, proxy, connection };
}

const right = { username: 'ada', password: 'p@ss:100%' };
const get = { method: 'GET', path: '/json' } as const;

describe('credentials by a function', () => {
  test.each([
    ['at once', () => right],
    ['later', async () => right],
  ])(
    'reach the proxy when they are answered %s, and not the origin',
    async (_when, credentials) => {
      const { connection, origin } = await stand(credentials);
      const answer = await connection.request({ ...get, expect: 'bytes' });
      expect(answer.status).toBe(200);
      expect(JSON.stringify(origin.requests)).not.toMatch(/proxy-authorization/i);
    },
  );

  test('are asked for each request', async () => {
    let count = 0;
    const { connection } = await stand(() => ((count += 1), right));
    await connection.request({ ...get, expect: 'bytes' });
    await connection.request({ ...get, expect: 'bytes' });
    expect(count).toBe(2);
  });

  test('that are wrong are refused by the proxy', async () => {
    const { connection } = await stand(() => ({ username: 'ada', password: 'canary' }));
    const error = await failure(connection.request(get));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', status: 407 });
    expect(shownBy(error)).not.toContain('canary');
  });

  test('that cannot be had end the request before a socket opens', async () => {
    const { connection, proxy } = await stand(async () => {
      throw new Error('canary');
    });
    const error = await failure(connection.request(get));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no' });
    expect(shownBy(error)).not.toContain('canary');
    expect(proxy.stats.connections).toBe(0);
  });

  test.each([[undefined], ['ada:canary'], [{ username: 'ada:x' }], [{ user: 'ada' }]])(
    'that are %j are refused before a socket opens',
    async (answer) => {
      const { connection, proxy } = await stand(() => answer);
      const error = await failure(connection.request(get));
      const field = expect.stringMatching(/^httpProxy\.credentials(\.\w+)?$/) as unknown;
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field });
      expect((error as Error).message).toContain(
        'What the function httpProxy.credentials answered',
      );
      expect(shownBy(error)).not.toContain('canary');
      expect(proxy.stats.connections).toBe(0);
    },
  );

  test('that are equal give one proxy, and others another one', async () => {
    let password = 'one';
    const server = new ProxyServer({
      protocol: 'https:',
      host: 'proxy.test',
      port: 3128,
      headers: ['X-Team', 'blue'],
      tls: { servername: 'inner' },
      tunnel: 'always',
      credentials: () => ({ username: 'ada', password }),
    });
    const first = await server.askCredentials();
    expect(await server.askCredentials()).toBe(first);
    expect(first).toMatchObject({ username: 'ada', password: 'one', tunnel: 'always', port: 3128 });
    expect([first.headers, first.tls]).toEqual([server.headers, server.tls]);
    password = 'two';
    const second = await server.askCredentials();
    expect(second.password).toBe('two');
    expect(second.key).not.toBe(first.key);
  });

  test('are not forgotten by a route: it is refused until they have been asked', async () => {
    const origin = originOf('https://example.com');
    const init = { protocol: 'http:' as const, host: 'proxy.test', port: 1 };
    const server = new ProxyServer({ ...init, credentials: () => right });
    expect(refusal(() => routeTo(origin, server)).field).toBe('httpProxy.credentials');
    expect(routeTo(origin, await server.askCredentials()).way).toBe('tunnel');
    const plain = new ProxyServer(init);
    expect(plain.askCredentials()).toBe(plain);
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was accepted');
}
