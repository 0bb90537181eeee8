import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY } from '@sdk/common';
import type { ConnectionOptions, RateLimitError, SdkError } from '@sdk/common';
import type { Origin } from '@sdk/testing';
import { answers, connect, origin, rejection, send } from './stand.js';

describe('the pause', () => {
  async function pauses(
    options: ConnectionOptions['retry'],
    headers?: Record<string, string>,
  ): Promise<number[]> {
    const server = await answers([503, headers], [503, headers], [503, headers], [503, headers]);
    const error = await rejection<SdkError>(send(server, {}, { retry: options }));
    return (error.attempts ?? []).flatMap((attempt) => attempt.delayMs ?? []);
  }

  test('is random below a bound that doubles, up to the longest', async () => {
    for (let i = 0; i < 5; i += 1) {
      const [first, second, third] = await pauses({ attempts: 4, baseDelayMs: 4, maxDelayMs: 10 });
      expect(first).toBeLessThanOrEqual(4);
      expect(second).toBeLessThanOrEqual(8);
      expect(third).toBeLessThanOrEqual(10);
    }
    // Ten draws of about twenty milliseconds each give five values or fewer once in a hundred runs; forty never do.
    const many = await Promise.all(
      Array.from({ length: 40 }, () => pauses({ attempts: 2, baseDelayMs: 20 })),
    );
    expect(new Set(many.flat()).size).toBeGreaterThan(5);
  });

  test.each([
    ['retry-after-ms', { 'retry-after-ms': '30' }, 30],
    ['x-ms-retry-after-ms', { 'x-ms-retry-after-ms': '30' }, 30],
    ['Retry-After in seconds', { 'retry-after': '0' }, 0],
  ])('is what the provider asks for (%s)', async (_name, headers, expected) => {
    expect(await pauses({ attempts: 2, baseDelayMs: 1 }, headers)).toEqual([expected]);
  });

  test('is waited for as long as the provider asks', async () => {
    const server = await answers([429, { 'retry-after': '1' }]);
    const startedAt = performance.now();
    await send(server, {});
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(950);
  });

  test('is not waited for where it is longer than the caller waits; the error says how long it is', async () => {
    const server = await answers([429, { 'retry-after': '3600' }]);
    const error = await rejection<RateLimitError>(send(server, {}));
    expect(error).toMatchObject({ code: 'SDK_RATE_LIMIT', retryAfterMs: 3_600_000 });
    expect(server.requests).toHaveLength(1);
    expect(DEFAULT_RETRY.maxRetryAfterMs).toBe(60_000);
  });

  test('ends at once with the reason of the signal', async () => {
    const server = await answers([429, { 'retry-after': '30' }]);
    const controller = new AbortController();
    const call = connect(server.url).request(
      { method: 'GET', path: '/' },
      { signal: controller.signal },
    );
    const reason = { why: 'enough' };
    setTimeout(() => controller.abort(reason), 50);
    const startedAt = performance.now();
    expect(await rejection(call)).toBe(reason);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('the budget', () => {
  const broken = (): Promise<Origin> =>
    origin((request, response) => {
      request.resume();
      response.writeHead(request.url === '/well' ? 200 : 503).end('{}');
    });

  test('is shared by all requests of a driver: empty, it ends the repetitions', async () => {
    const server = await broken();
    const connection = connect(server.url, { retry: { attempts: 2, baseDelayMs: 1, budget: 12 } });
    for (let i = 0; i < 4; i += 1)
      await rejection(connection.request({ method: 'GET', path: '/' }));
    // Two repetitions at 5 tokens each leave 2.
    expect(server.requests).toHaveLength(6);
  });

  test('fills again with each success', async () => {
    const server = await broken();
    const connection = connect(server.url, { retry: { attempts: 2, baseDelayMs: 1, budget: 5 } });
    await rejection(connection.request({ method: 'GET', path: '/' }));
    await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(server.requests).toHaveLength(3);
    for (let i = 0; i < 5; i += 1) await connection.request({ method: 'GET', path: '/well' });
    await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(server.requests).toHaveLength(10);
  });

  test('does not pay for a repetition that the total leaves no time for', async () => {
    let failures = 0;
    const server = await origin((_request, response) => {
      failures += 1;
      if (failures > 2) return void response.end('{}');
      const pause = failures === 1 ? { 'Retry-After': '10' } : {};
      response.writeHead(503, pause).end('{}');
    });
    const connection = connect(server.url, { retry: { attempts: 2, baseDelayMs: 1, budget: 5 } });
    const hurried = connection.request(
      { method: 'GET', path: '/' },
      { timeouts: { totalMs: 5_000 } },
    );
    expect(await rejection(hurried)).toMatchObject({ code: 'SDK_SERVER', retryAfterMs: 10_000 });
    expect(await connection.request({ method: 'GET', path: '/' })).toMatchObject({ attempts: 2 });
  });

  test("is a call's own where it names one, and that of its driver for a view", async () => {
    const server = await broken();
    const connection = connect(server.url, { retry: { attempts: 2, baseDelayMs: 1, budget: 0 } });
    await rejection(connection.request({ method: 'GET', path: '/' }));
    await rejection(
      connection.with({ timeouts: { headersMs: 9_000 } }).request({ method: 'GET', path: '/' }),
    );
    expect(server.requests).toHaveLength(2);
    await rejection(connection.request({ method: 'GET', path: '/' }, { retry: { budget: 100 } }));
    expect(server.requests).toHaveLength(4);
  });
});
