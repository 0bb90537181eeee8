import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { HeaderBag, HookContext, SdkError, TimeoutError } from '@sdk/common';
import { startScriptedProxy, scripts, until } from '@sdk/testing';
import { connect, keep, origin, rejection } from './stand.js';

class Waiting extends BaseConnection {
  protected override authorize(_headers: HeaderBag): Promise<void> {
    return new Promise(() => undefined);
  }
}

/** How long a promise takes to fail, and with what. */
async function timed<E>(promise: Promise<unknown>): Promise<[error: E, ms: number]> {
  const startedAt = performance.now();
  return [await rejection<E>(promise), performance.now() - startedAt];
}

const total = (totalMs: number) => ({ timeouts: { totalMs } });

class WithSlowToken extends BaseConnection {
  protected override async authorize(_headers: HeaderBag, { nested }: HookContext): Promise<void> {
    const tokens = this.derive({ endpoint: this.endpoint, purpose: 'token' });
    await tokens.request({ method: 'GET', path: '/hang' }, { ...nested, ...total(100) });
  }
}

test('the total of a token request is told as its own, not as that of the call that needed it', async () => {
  const { url } = await origin();
  const connection = keep(new WithSlowToken({ endpoint: url, env: {}, ...total(9_000) }));
  const error = await rejection<TimeoutError>(connection.request({ method: 'GET', path: '/' }));
  expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 100 });
  expect(error.message).toContain('100 ms');
});

describe('the total of a call', () => {
  test.each([
    ['an origin that never answers', '/hang'],
    ['a body that drips', '/drip?ms=20&count=1000'],
    ['a body that stalls', '/stall'],
  ])('ends %s', async (_name, path) => {
    const server = await origin();
    const [error, ms] = await timed<TimeoutError>(
      connect(server.url).request({ method: 'GET', path, expect: 'text' }, total(300)),
    );
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      timeoutMs: 300,
      decision: { proxy: null },
    });
    expect(error.message).toContain('300 ms');
    expect(ms).toBeGreaterThan(250);
    expect(ms).toBeLessThan(1_500);
    await until(() => server.openSockets() === 0);
  });

  test('ends a stream in the hands of the caller', async () => {
    const server = await origin();
    const { body } = await connect(server.url).request<Readable>(
      { method: 'GET', path: '/drip?ms=20&count=1000', expect: 'stream' },
      total(300),
    );
    expect(await rejection(buffer(body))).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
  });

  test('ends a selector, and credentials, that never come', async () => {
    const server = await origin();
    const never = (): Promise<undefined> => new Promise(() => undefined);
    const [bySelector] = await timed(
      connect(server.url, { httpProxy: never }).request({ method: 'GET', path: '/' }, total(100)),
    );
    const [byHook] = await timed(
      keep(new Waiting({ endpoint: server.url, env: {} })).request(
        { method: 'GET', path: '/' },
        total(100),
      ),
    );
    for (const error of [bySelector, byHook])
      expect(error).toMatchObject({ phase: 'total', timeoutMs: 100 });
    expect(server.requests).toHaveLength(0);
  });

  test('covers all attempts together', async () => {
    const server = await origin();
    const [error, ms] = await timed<SdkError>(
      connect(server.url, { retry: { attempts: 100, baseDelayMs: 50, maxDelayMs: 50 } }).request(
        { method: 'GET', path: '/status/503' },
        total(400),
      ),
    );
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      decision: { proxy: null },
    });
    expect(error.attempts?.length).toBeGreaterThan(2);
    expect(ms).toBeLessThan(1_000);
  });

  test('does not wait for an attempt that would come too late', async () => {
    const server = await origin();
    // A pause between 0 and 24 days: one below the total is not to be expected in a lifetime of runs.
    const days = { baseDelayMs: 2_147_483_647, maxDelayMs: 2_147_483_647 };
    const [error, ms] = await timed<SdkError>(
      connect(server.url, { retry: days }).request(
        { method: 'GET', path: '/status/503' },
        total(4_000),
      ),
    );
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
    expect(error.cause).toMatchObject({ status: 503 });
    expect(ms).toBeLessThan(3_000);
  });

  test('leaves it to the provider to say how long would have had to be waited', async () => {
    const server = await origin();
    const [error, ms] = await timed<SdkError>(
      connect(server.url).request(
        { method: 'GET', path: '/set?status=503&retry-after=20' },
        total(5_000),
      ),
    );
    expect(error).toMatchObject({ code: 'SDK_SERVER', retryAfterMs: 20_000 });
    expect(ms).toBeLessThan(4_000);
  });

  test('does not begin anew with an attempt', async () => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      if (count < 3) setTimeout(() => response.writeHead(503).end(), 500);
    });
    const [error, ms] = await timed<TimeoutError>(
      connect(server.url, { retry: { baseDelayMs: 1 } }).request(
        { method: 'GET', path: '/' },
        total(1_700),
      ),
    );
    expect(error).toMatchObject({ phase: 'total', timeoutMs: 1_700 });
    expect(error.message).toContain('1700 ms');
    expect(error.attempts).toHaveLength(3);
    expect(ms).toBeLessThan(2_600);
  });
});

describe('the total of a stream in the hands of the caller', () => {
  test.each([
    ['alone', undefined],
    ['with progress told', () => undefined],
  ])('is told whole after a repetition, %s', async (_name, onProgress) => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      if (count === 1) setTimeout(() => response.writeHead(503).end(), 150);
      else response.writeHead(200).write('x');
    });
    const { body } = await connect(server.url).request<Readable>(
      { method: 'GET', path: '/', expect: 'stream' },
      { timeouts: { totalMs: 1_200 }, onProgress },
    );
    const error = await rejection<TimeoutError>(buffer(body));
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      timeoutMs: 1_200,
      decision: { proxy: null },
    });
    expect(error.message).toContain('1200 ms');
    expect(error.stack).toContain('1200 ms');
  });
});

describe('an abort', () => {
  const reasons: [string, unknown][] = [
    ['an error', new RangeError('enough')],
    ['a record', { why: 'enough' }],
    ['a text', 'enough'],
    ['nothing at all', null],
  ];

  test.each(reasons)('before the call comes back as its own reason: %s', async (_name, reason) => {
    const server = await origin();
    const call = connect(server.url).request(
      { method: 'GET', path: '/' },
      { signal: AbortSignal.abort(reason) },
    );
    expect(await rejection(call)).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  test.each(reasons)(
    'during the headers and the body comes back as its own reason: %s',
    async (_name, reason) => {
      const server = await origin();
      for (const path of ['/hang', '/drip?ms=10&count=1000']) {
        const controller = new AbortController();
        const call = connect(server.url).request(
          { method: 'GET', path, expect: 'text' },
          { signal: controller.signal },
        );
        setTimeout(() => controller.abort(reason), 60);
        expect(await rejection(call)).toBe(reason);
      }
      await until(() => server.openSockets() === 0);
    },
  );

  test('ends a selector, and credentials, that never come', async () => {
    const server = await origin();
    const selector = connect(server.url, {
      httpProxy: () => new Promise<undefined>(() => undefined),
    });
    const waiting = keep(new Waiting({ endpoint: server.url, env: {} }));
    for (const connection of [selector, waiting]) {
      const controller = new AbortController();
      const call = connection.request({ method: 'GET', path: '/' }, { signal: controller.signal });
      setTimeout(() => controller.abort('enough'), 30);
      expect(await rejection(call)).toBe('enough');
    }
  });

  test('ends a call whose own function aborts it, and never answers', async () => {
    const server = await origin();
    let controller = new AbortController();
    const never = (): Promise<never> => {
      controller.abort('enough');
      return new Promise(() => undefined);
    };
    for (const httpProxy of [never, { url: 'http://127.0.0.1:9', credentials: never }]) {
      controller = new AbortController();
      const connection = connect(server.url, { httpProxy });
      const call = connection.request({ method: 'GET', path: '/' }, { signal: controller.signal });
      expect(await rejection(call)).toBe('enough');
    }
  });

  test('while a tunnel is being opened leaves no socket at the proxy', async () => {
    const silent = keep(await startScriptedProxy(scripts.silent));
    const connection = connect('https://example.test', { httpProxy: silent.url });
    const controller = new AbortController();
    const call = connection.request({ method: 'GET', path: '/' }, { signal: controller.signal });
    await until(() => silent.openSockets() === 1);
    controller.abort('enough');
    expect(await rejection(call)).toBe('enough');
    await until(() => silent.openSockets() === 0);
  });

  test('destroys the body that was on its way up', async () => {
    const server = await origin();
    const body = new Readable({ read() {} });
    body.push('abc');
    const controller = new AbortController();
    const call = connect(server.url).request(
      { method: 'PUT', path: '/', body },
      { signal: controller.signal },
    );
    await until(() => server.requests.length === 1);
    controller.abort('enough');
    expect(await rejection(call)).toBe('enough');
    await until(() => body.destroyed);
  });

  test('ends a hundred calls that share one signal, on which they listen but once', async () => {
    const server = await origin();
    const { signal } = new AbortController();
    const controller = new AbortController();
    const connection = connect(server.url);
    const calls = Array.from({ length: 100 }, () =>
      rejection(
        connection.request({ method: 'GET', path: '/hang' }, { signal: controller.signal }),
      ),
    );
    await until(() => server.requests.length === 100);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort('enough');
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['enough']));
    await Promise.all(
      Array.from({ length: 20 }, () =>
        connection.request({ method: 'GET', path: '/' }, { signal }),
      ),
    );
    await until(() => getEventListeners(signal, 'abort').length === 0);
  });
});
