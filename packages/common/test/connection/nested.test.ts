import { describe, expect, test } from '@jest/globals';
import { AxiosTransport, BaseConnection } from '@sdk/common';
import type {
  CallOptions,
  ConnectionOptions,
  HeaderBag,
  HookContext,
  Logger,
  SdkResponse,
} from '@sdk/common';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { keep, origin, proxy, rejection } from './stand.js';

/** Logs in before each attempt, with the options that a hook is told to use. */
class LoggingIn extends BaseConnection {
  readonly #identity: Origin;
  readonly seen: HookContext['nested'][] = [];

  constructor(identity: Origin, options: ConnectionOptions) {
    super({ env: {}, retry: false, ...options });
    this.#identity = identity;
  }

  protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
    this.seen.push(context.nested);
    const { headers: answer } = await this.derive({
      endpoint: this.#identity.url,
      purpose: 'identity',
    }).request({ method: 'POST', path: '/login', expect: 'none' }, context.nested);
    headers.set('X-Auth-Token', answer.get('x-token') ?? 'none');
  }
}

const GET = { method: 'GET', path: '/' } as const;

async function stand(
  options: Partial<ConnectionOptions> = {},
): Promise<{ api: Origin; identity: Origin; connection: LoggingIn }> {
  const identity = await origin((request, response) => {
    request.resume();
    response.setHeader('x-token', 't').end();
  });
  const api = await origin();
  return {
    api,
    identity,
    connection: keep(new LoggingIn(identity, { endpoint: api.url, ...options })),
  };
}

describe('a connection that is derived in a hook', () => {
  test('takes the way of the driver, of later changes, of a view, and of a call', async () => {
    const [a, b, c, d, e] = await Promise.all([proxy(), proxy(), proxy(), proxy(), proxy()]);
    const { api, identity, connection } = await stand({ httpProxy: a.url });
    const targets = [`${identity.url}/login`, `${api.url}/`];
    await connection.request(GET);
    expect(a.stats.targets).toEqual(targets);
    connection.setHttpProxy(b.url);
    await connection.request(GET);
    expect(b.stats.targets).toEqual(targets);
    const view = connection.with({ httpProxy: c.url });
    await view.request(GET);
    await view.request(GET, {});
    expect(c.stats.targets).toEqual([...targets, ...targets]);
    await view.request(GET, { httpProxy: d.url });
    expect(d.stats.targets).toEqual(targets);
    await view.with({}).request(GET, { httpProxy: false });
    connection.setHttpProxy(e.url);
    await connection.with({ userAgent: 'x' }).request(GET);
    expect(e.stats.targets).toEqual(targets);
    expect(identity.requests).toHaveLength(7);
    expect([a, b, c, d].map((gate) => gate.stats.forwards)).toEqual([2, 2, 4, 2]);
  });

  test('takes the way that the environment says', async () => {
    const gate = await proxy();
    const env: Record<string, string> = { http_proxy: gate.url };
    const { api, identity, connection } = await stand({ env });
    await connection.request(GET);
    expect(gate.stats.targets).toEqual([`${identity.url}/login`, `${api.url}/`]);
    env['no_proxy'] = `127.0.0.1:${identity.port}`;
    await connection.request(GET);
    expect(gate.stats.targets).toHaveLength(3);
    await connection.request(GET, { noProxy: '*' });
    expect(gate.stats.targets).toHaveLength(3);
  });

  test('tells a selector what it is for', async () => {
    const asked: string[] = [];
    const { api, identity, connection } = await stand({
      httpProxy: ({ origin: place, purpose }) => {
        asked.push(`${purpose} ${place}`);
        return false;
      },
    });
    await connection.request(GET);
    // The request's own way is asked for first: what it costs to log in is known to be needed only then.
    expect(asked).toEqual([`request ${api.url}`, `identity ${identity.url}`]);
  });

  test('has the same TLS settings, those of a view where the request was made by one', async () => {
    const ca = await createCertificateAuthority();
    const secure = async (): Promise<Origin> => keep(await startOrigin({ tls: await ca.issue() }));
    const [identity, api] = [await secure(), await secure()];
    const connection = keep(new LoggingIn(identity, { endpoint: api.url }));
    expect(await rejection(connection.request(GET))).toMatchObject({
      code: 'SDK_TLS',
      decision: { origin: identity.url },
    });
    await connection.with({ tls: { ca: ca.cert } }).request(GET);
    expect([identity.requests.length, api.requests.length]).toEqual([1, 1]);
  });

  test('has the same timeouts, those of the call before those of the view', async () => {
    const silent = await origin(() => undefined);
    const api = await origin();
    const connection = keep(
      new LoggingIn(silent, { endpoint: api.url, timeouts: { headersMs: 101 } }),
    );
    const timeout = async (made: { request: LoggingIn['request'] }, call?: CallOptions) =>
      (await rejection<{ timeoutMs?: number }>(made.request(GET, call))).timeoutMs;
    expect(await timeout(connection)).toBe(101);
    const view = connection.with({ timeouts: { headersMs: 102 } });
    expect(await timeout(view)).toBe(102);
    expect(await timeout(view, { timeouts: { headersMs: 103 } })).toBe(103);
    expect(api.requests).toEqual([]);
  });

  test('sends by the same transport, with the same user agent, and tells the same logger', async () => {
    const transport = keep(new AxiosTransport());
    const sent: string[] = [];
    const wrapped = {
      name: 'wrapped',
      send: (request: Parameters<typeof transport.send>[0]) => {
        sent.push(`${request.method} ${request.origin.href}${request.path}`);
        return transport.send(request);
      },
      close: () => transport.close(),
    };
    const lines: string[] = [];
    const logger: Logger = {
      debug: (message) => lines.push(message),
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    const { api, identity, connection } = await stand({
      transport: wrapped,
      userAgent: 'backup-tool/2.1',
      logger,
    });
    await connection.request(GET);
    expect(sent).toEqual([`POST ${identity.url}/login`, `GET ${api.url}/`]);
    expect(lines).toEqual(sent);
    expect(identity.requests[0]?.headers['user-agent']).toBe(
      api.requests[0]?.headers['user-agent'],
    );
    await connection.with({ userAgent: 'view/1' }).request(GET);
    expect(identity.requests[1]?.headers['user-agent']).toContain('view/1');
  });

  test('ends with the connection above it', async () => {
    const { identity, connection } = await stand();
    const derived = connection.derive({ endpoint: identity.url, purpose: 'x' });
    await connection.close();
    expect(await rejection(derived.request(GET))).toMatchObject({ field: 'close' });
    expect(await rejection(connection.with({}).request(GET))).toMatchObject({ field: 'close' });
  });

  test('is not steered by the options of a stranger’s request', async () => {
    const [gate, { connection }] = [await proxy(), await stand()];
    await connection.with({ httpProxy: gate.url }).request(GET);
    const server = await origin();
    const stranger = keep(new BaseConnection({ endpoint: server.url, env: {} }));
    await stranger.request(GET, connection.seen[0]);
    expect(gate.stats.targets).not.toContain(`${server.url}/`);
    expect(server.requests).toHaveLength(1);
  });

  test('may have a view of its own, which stands before that of the request', async () => {
    const [gate, other] = [await proxy(), await proxy()];
    const answers: SdkResponse[] = [];
    class Own extends BaseConnection {
      protected override async authorize(_headers: HeaderBag, context: HookContext): Promise<void> {
        const derived = this.derive({ endpoint: this.endpoint, purpose: 'x' });
        const own = derived.with({ httpProxy: other.url });
        answers.push(await own.request({ method: 'GET', path: '/nested' }, context.nested));
      }
    }
    const server = await origin();
    const connection = keep(new Own({ endpoint: server.url, env: {} }));
    await connection.with({ httpProxy: gate.url }).request(GET);
    expect(answers[0]?.decision.proxy).toBe(other.url);
    expect(gate.stats.targets).toEqual([`${server.url}/`]);
  });
});

describe('context.nested', () => {
  test('holds frozen copies: what the caller changes while the request runs changes nothing', async () => {
    const [a, b] = [await proxy(), await proxy()];
    let release: (value?: unknown) => void = () => undefined;
    const ready = new Promise((resolve) => (release = resolve));
    class Waiting extends LoggingIn {
      protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
        await ready;
        await super.authorize(headers, context);
      }
    }
    const { api, identity } = await stand();
    const connection = keep(new Waiting(identity, { endpoint: api.url }));
    const call = {
      httpProxy: { url: new URL(a.url), headers: { 'X-Gate': 'one' } } as {
        url: URL;
        headers: Record<string, string>;
      },
      noProxy: ['unrelated.example'],
      timeouts: { headersMs: 5_000 },
      retry: { attempts: 1 },
    };
    const running = connection.request(GET, call);
    call.httpProxy.url.port = new URL(b.url).port;
    call.httpProxy.headers['X-Gate'] = 'two';
    call.noProxy.push('127.0.0.1');
    call.timeouts.headersMs = 1;
    call.retry.attempts = 9;
    release();
    await running;
    expect(a.stats.targets).toEqual([`${identity.url}/login`, `${api.url}/`]);
    expect(a.requests[0]?.rawHeaders.join()).toContain('X-Gate,one');
    expect(b.stats.targets).toEqual([]);
    const [nested] = connection.seen;
    expect(nested).toMatchObject({ timeouts: { headersMs: 5_000 }, retry: { attempts: 1 } });
    for (const each of [
      nested,
      nested?.httpProxy,
      nested?.noProxy,
      nested?.timeouts,
      nested?.retry,
    ])
      expect(Object.isFrozen(each)).toBe(true);
  });

  test('keeps functions, lists and the signal', async () => {
    const gate = await proxy();
    const { identity, connection } = await stand();
    const { signal } = new AbortController();
    const selector = () => gate.url;
    await connection.request(GET, { httpProxy: [selector, 'direct'], signal });
    expect(connection.seen[0]).toMatchObject({ httpProxy: [selector, 'direct'], signal });
    expect(gate.stats.targets).toContain(`${identity.url}/login`);
    await connection.request(GET, { httpProxy: false, noProxy: '' });
    expect(connection.seen[1]).toMatchObject({ httpProxy: false, noProxy: '' });
  });

  test.each([
    [
      'a circle',
      (() => {
        const list: unknown[] = [];
        list.push(list);
        return list;
      })(),
    ],
    ['a Map', new Map()],
  ])('is not made of what is refused: %s', async (_what, httpProxy) => {
    const { api, connection } = await stand();
    expect(await rejection(connection.request(GET, { httpProxy } as CallOptions))).toMatchObject({
      code: 'SDK_CONFIGURATION',
    });
    expect(api.requests).toEqual([]);
  });
});
