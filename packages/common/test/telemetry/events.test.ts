import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  AxiosTransport,
  BaseConnection,
  CHANNELS,
  type AttemptEvent,
  type HeaderBag,
  type HookContext,
  type SocketEvent,
  type Transport,
  type WarningEvent,
} from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import { answers, connect, keep, origin, proxy, rejection } from '../connection/stand.js';

const ENGINES: readonly [name: string, make: () => Transport][] = [
  ['AxiosTransport', () => new AxiosTransport()],
  ['UndiciTransport', () => new UndiciTransport()],
];

const get = { method: 'GET', path: '/things?signature=canary-query' } as const;

let attempts: AttemptEvent[];
let sockets: SocketEvent[];
let warnings: WarningEvent[];
const onAttempt = (event: unknown): void => void attempts.push(event as AttemptEvent);
const onSocket = (event: unknown): void => void sockets.push(event as SocketEvent);
const onWarning = (event: unknown): void => void warnings.push(event as WarningEvent);

beforeEach(() => {
  [attempts, sockets, warnings] = [[], [], []];
  subscribe(CHANNELS.attempt, onAttempt);
  subscribe(CHANNELS.socket, onSocket);
  subscribe(CHANNELS.warning, onWarning);
});
afterEach(() => {
  unsubscribe(CHANNELS.attempt, onAttempt);
  unsubscribe(CHANNELS.socket, onSocket);
  unsubscribe(CHANNELS.warning, onWarning);
});

test('the channels keep their names, which are part of the face', () => {
  expect(CHANNELS).toEqual({
    attempt: 'sdk:attempt',
    socket: 'sdk:socket',
    warning: 'sdk:warning',
  });
  expect(Object.isFrozen(CHANNELS)).toBe(true);
});

describe.each(ENGINES)('over %s', (_name, make) => {
  const over = (endpoint: string, options: Parameters<typeof connect>[1] = {}) =>
    connect(endpoint, { transport: keep(make()), ...options });

  test('each attempt is told at its end, the failed ones too', async () => {
    const server = await answers([503], [200, { 'x-request-id': 'r-1' }]);
    await over(server.url, { httpProxy: false }).request(get);
    expect(attempts).toEqual([
      {
        number: 1,
        method: 'GET',
        origin: server.url,
        path: '/things',
        purpose: 'request',
        way: 'direct',
        proxy: null,
        status: 503,
        code: 'SDK_SERVER',
        message: expect.any(String),
        requestSent: 'yes',
        durationMs: expect.any(Number),
        decision: { origin: server.url, proxy: null, decidedBy: 'instance' },
      },
      {
        number: 2,
        method: 'GET',
        origin: server.url,
        path: '/things',
        purpose: 'request',
        way: 'direct',
        proxy: null,
        status: 200,
        requestId: 'r-1',
        durationMs: expect.any(Number),
        decision: { origin: server.url, proxy: null, decidedBy: 'instance' },
      },
    ]);
  });

  test('each socket is told when it opens and when it closes, with its way and its use', async () => {
    const authority = await createCertificateAuthority();
    const secure = keep(
      await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) }),
    );
    const [plain, gate] = await Promise.all([origin(), proxy()]);
    const transport = keep(make());
    const tls = { ca: authority.cert };
    for (const [server, httpProxy] of [
      [plain, false],
      [plain, gate.url],
      [secure, gate.url],
    ] as const) {
      const connection = over(server.url, { transport, httpProxy, tls });
      for (let i = 0; i < 3; i += 1) await connection.request(get);
    }
    await transport.close();
    const ways = [
      { way: 'direct', proxy: null, origin: plain.url },
      { way: 'forward', proxy: gate.url, origin: null },
      { way: 'tunnel', proxy: gate.url, origin: secure.url },
    ];
    expect(sockets.filter(({ state }) => state === 'opened')).toEqual(
      ways.map((way) => ({ state: 'opened', ...way, requests: 0, durationMs: expect.any(Number) })),
    );
    const closed = sockets.filter(({ state }) => state === 'closed');
    expect(closed.sort((a, b) => a.way.localeCompare(b.way))).toEqual(
      ways.map((way) => ({ state: 'closed', ...way, requests: 3, durationMs: expect.any(Number) })),
    );
  });

  test('a socket that does not come about is told with the code of its error', async () => {
    const server = await origin();
    await server.close();
    await rejection(over(server.url, { httpProxy: false, retry: false }).request(get));
    expect(sockets).toEqual([
      {
        state: 'failed',
        way: 'direct',
        proxy: null,
        origin: server.url,
        requests: 0,
        durationMs: expect.any(Number),
        code: 'SDK_CONNECTION',
      },
    ]);
    expect(attempts).toMatchObject([{ code: 'SDK_CONNECTION', requestSent: 'no' }]);
  });

  test('no event holds a secret, each is frozen and survives JSON', async () => {
    const gate = await proxy({ credentials: { username: 'ada', password: 'canary-proxy' } });
    const server = await answers([400], [200, { 'x-request-id': 'id-canary-token' }]);
    class WithSecret extends BaseConnection {
      protected override authorize(headers: HeaderBag, _context: HookContext): void {
        headers.set('Authorization', 'Bearer canary-token');
      }
      protected override secrets(): readonly string[] {
        return ['canary-token'];
      }
    }
    const connection = keep(
      new WithSecret({
        endpoint: server.url,
        env: {},
        transport: keep(make()),
        httpProxy: {
          url: gate.url.replace('//', '//wrong:canary-wrong@'),
          noProxy: ['canary bad entry'],
        },
      }),
    );
    const spec = { ...get, path: '/canary-token/things?signature=canary-query' };
    await rejection(connection.request(spec));
    connection.setHttpProxy(gate.url.replace('//', '//ada:canary-proxy@'));
    await rejection(connection.request(spec));
    await connection.request(spec);
    const all = [...attempts, ...sockets, ...warnings];
    expect([attempts.length, sockets.length > 0]).toEqual([3, true]);
    for (const event of all) {
      expect(Object.isFrozen(event)).toBe(true);
      if ('decision' in event) expect(Object.isFrozen(event.decision)).toBe(true);
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
    }
    const secret = JSON.stringify(all).replaceAll('canary bad entry', '');
    expect(secret).not.toMatch(/canary|Y2FuYXJ5|YWRhOm/);
    expect(attempts[2]?.path).toBe('/[redacted]/things');
  });
});

test('an entry of NO_PROXY that cannot be read is told once, without a logger', async () => {
  const server = await origin();
  const env = { http_proxy: 'http://127.0.0.1:9', no_proxy: '127.0.0.1, 10.0.0.0/99' };
  const connection = connect(server.url, { env });
  for (let i = 0; i < 3; i += 1) await connection.request(get);
  expect(warnings).toEqual([
    { code: 'SDK_CONFIGURATION', message: expect.stringContaining('10.0.0.0/99') },
  ]);
});

test('a proxy of a list that failed is told as one that rests', async () => {
  const [server, gone] = await Promise.all([origin(), proxy()]);
  await gone.close();
  await connect(server.url, { httpProxy: [gone.url, 'direct'] }).request(get);
  expect(warnings).toMatchObject([{ code: 'SDK_PROXY_RESTS', proxy: gone.url }]);
});

test('what a derived connection is for is told', async () => {
  const server = await origin();
  const derived = connect(server.url).derive({ endpoint: server.url, purpose: 'identity' });
  await derived.request({ method: 'POST', path: '/token' });
  expect(attempts).toMatchObject([{ purpose: 'identity', method: 'POST', path: '/token' }]);
});

test('no event is made where nobody listens', async () => {
  let asked = 0;
  class Counting extends BaseConnection {
    protected override secrets(): readonly string[] {
      asked += 1;
      return [];
    }
  }
  const server = await origin();
  const connection = keep(new Counting({ endpoint: server.url, env: {} }));
  await connection.request(get);
  expect(asked).toBe(1);
  unsubscribe(CHANNELS.attempt, onAttempt);
  await connection.request(get);
  expect(asked).toBe(1);
});
