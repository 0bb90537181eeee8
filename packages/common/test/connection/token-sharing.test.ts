import { expect, describe, test } from '@jest/globals';
import { BaseConnection, TokenSource } from '@sdk/common';
import type { ConnectionOptions, HeaderBag, HookContext } from '@sdk/common';
import type { Origin } from '@sdk/testing';
import { until } from '@sdk/testing';
import { keep, origin, proxy, rejection } from './stand.js';

/** An API behind tokens of an identity service; both are real. */
class Tokened extends BaseConnection {
  readonly identity: Origin;
  readonly #tokens = new TokenSource(async (context) => {
    const identity = this.derive({ endpoint: this.identity.url, purpose: 'identity' });
    const { body } = await identity.request<{ token: string }>(
      { method: 'POST', path: '/tokens' },
      context.nested,
    );
    return { value: body.token };
  });

  constructor(api: Origin, identity: Origin, options: Partial<ConnectionOptions> = {}) {
    super({ endpoint: api.url, env: {}, retry: false, ...options });
    this.identity = identity;
  }

  protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
    headers.set('X-Auth-Token', await this.#tokens.get(context));
  }
}

const GET = { method: 'GET', path: '/' } as const;

/** An identity service that answers when it is told to. */
async function gated(): Promise<{ identity: Origin; release: () => void }> {
  const waiting: (() => void)[] = [];
  const identity = await origin((request, response) => {
    request.resume();
    waiting.push(() => response.end('{"token":"t"}'));
  });
  return { identity, release: () => waiting.splice(0).forEach((answer) => answer()) };
}

describe('requests that wait for the same token', () => {
  test('make one fetch, whatever becomes of the first of them', async () => {
    const { identity, release } = await gated();
    const api = await origin();
    const connection = keep(new Tokened(api, identity));
    const controller = new AbortController();
    const first = connection.request(GET, { signal: controller.signal });
    const second = connection.request(GET, { timeouts: { totalMs: 100 } });
    const rest = Array.from({ length: 20 }, () => connection.request(GET));
    await until(() => identity.requests.length > 0);
    controller.abort(new Error('enough'));
    expect((await rejection(first)).message).toBe('enough');
    expect(await rejection(second)).toMatchObject({ phase: 'total', timeoutMs: 100 });
    release();
    await Promise.all(rest);
    expect(identity.requests).toHaveLength(1);
    expect(api.requests).toHaveLength(20);
  });

  test('leave it to the next, where all of them have gone', async () => {
    const { identity, release } = await gated();
    const api = await origin();
    const connection = keep(new Tokened(api, identity));
    const signal = AbortSignal.timeout(50);
    await rejection(connection.request(GET, { signal }));
    release();
    await connection.request(GET);
    expect(identity.requests).toHaveLength(1);
  });

  test('share one fetch only with those that go the same way', async () => {
    const { identity, release } = await gated();
    const api = await origin();
    const [usual, other] = [await proxy(), await proxy()];
    const connection = keep(new Tokened(api, identity, { httpProxy: usual.url }));
    const all = [
      connection.request(GET),
      connection.request(GET, {}),
      connection.request(GET, { httpProxy: other.url }),
      connection.request(GET, { httpProxy: { url: other.url } }),
      connection.request(GET, { httpProxy: other.url }),
      connection.request(GET, { httpProxy: false }),
      connection.request(GET, { noProxy: '127.0.0.1' }),
      connection.with({ httpProxy: other.url }).request(GET),
    ];
    await until(() => identity.requests.length === 6);
    release();
    await Promise.all(all);
    expect(identity.requests).toHaveLength(6);
    const tokens = (gate: typeof usual): number =>
      gate.stats.targets.filter((target) => target.includes('/tokens')).length;
    // An explicit proxy of the driver's stands before a call's noProxy, which belongs to the environment.
    expect(tokens(usual)).toBe(2);
    expect(tokens(other)).toBe(3);
  });

  test('are let go when the connection is closed', async () => {
    const { identity } = await gated();
    const connection = new Tokened(await origin(), identity);
    const call = rejection(connection.request(GET));
    await until(() => identity.requests.length === 1);
    await connection.close();
    expect(await call).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
  });
});
