import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BaseConnection, BaseDriver } from '@sdk/common';
import type { CallOptions, DriverOptions, TimeoutSettings } from '@sdk/common';
import { startOrigin, startProxy } from '@sdk/testing';
import type { Origin } from '@sdk/testing';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
function keep<T extends { close(): Promise<void> }>(closable: T): T {
  open.push(closable);
  return closable;
}

/** Answers each request after a tenth of a second; `/busy` is too busy for five seconds. */
const slowOrigin = async (): Promise<Origin> =>
  keep(
    await startOrigin({
      handler: async ({ url }, response) => {
        await sleep(100);
        if (url === '/busy') response.writeHead(429, { 'retry-after': '5' }).end();
        else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
    }),
  );

class Shelf extends BaseDriver {
  constructor(options: DriverOptions) {
    super(options, [], (settings) => new BaseConnection(settings));
  }

  /** One request after the other. */
  visit(paths: readonly string[], options: CallOptions = {}): Promise<number> {
    return this.underTotal(options, async (call) => {
      for (const path of paths) await this.connection.request({ method: 'GET', path }, call);
      return paths.length;
    });
  }

  /** Methods that are made of methods. */
  visitThrice(options: CallOptions = {}): Promise<void> {
    return this.underTotal(options, async (call) => {
      for (let time = 0; time < 3; time += 1) await this.visit(['/'], call);
    });
  }

  /** Waits for what knows only the signal. */
  wait(options: CallOptions = {}): Promise<void> {
    return this.withStop(options, ({ signal }) => untilAborted(signal as AbortSignal));
  }

  /** Two requests side by side; when the first has its answer, the other is ended. */
  race(options: CallOptions = {}): Promise<unknown> {
    return this.withStop(options, async (call, stop) => {
      const late = this.visit(['/', '/', '/'], call).catch((error: unknown) => error);
      await this.visit(['/'], call);
      stop.abort('enough');
      return late;
    });
  }

  totals(options: CallOptions): Promise<readonly unknown[]> {
    return this.underTotal(options, async (call) => [call === options]);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const shelfAt = ({ url }: Origin, timeouts?: TimeoutSettings): Shelf =>
  keep(new Shelf({ endpoint: url, httpProxy: false, retry: false, timeouts }));

const total = (timeoutMs: number): object => ({
  code: 'SDK_TIMEOUT',
  phase: 'total',
  timeoutMs,
  message: expect.stringContaining(`total of ${timeoutMs} ms`),
});

describe('the total of a call that sends several requests', () => {
  test('bounds them together, and the error tells the whole figure', async () => {
    const origin = await slowOrigin();
    const shelf = shelfAt(origin);
    const calls = [
      shelf.visit(['/', '/', '/'], { timeouts: { totalMs: 250 } }),
      shelfAt(origin, { totalMs: 250 }).visit(['/', '/', '/']),
      shelf.with({ timeouts: { totalMs: 250 } }).visit(['/', '/', '/']),
      shelf.visitThrice({ timeouts: { totalMs: 250 } }),
    ];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(total(250))));
    await expect(shelf.visit(['/', '/', '/'], { timeouts: { totalMs: 20_000 } })).resolves.toBe(3);
  });

  test('ends in an error that tells the way of the request that was under way', async () => {
    const [origin, proxy] = await Promise.all([slowOrigin(), startProxy().then(keep)]);
    const shelf = shelfAt(origin).with({ httpProxy: proxy.url });
    const call = shelf.visit(['/', '/', '/'], { timeouts: { totalMs: 250 } });
    await expect(call).rejects.toMatchObject({ ...total(250), decision: { proxy: proxy.url } });
  });

  test('lets no pause begin that would outlast it', async () => {
    const origin = await slowOrigin();
    const shelf = keep(new Shelf({ endpoint: origin.url, httpProxy: false }));
    const began = performance.now();
    const call = shelf.visit(['/', '/', '/', '/busy'], { timeouts: { totalMs: 5_200 } });
    await expect(call).rejects.toMatchObject({ code: 'SDK_RATE_LIMIT', retryAfterMs: 5_000 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(origin.requests).toHaveLength(4);
  });

  test('leaves the options alone where there is none', async () => {
    const shelf = shelfAt(await slowOrigin());
    await expect(shelf.totals({})).resolves.toEqual([true]);
  });

  test.each<[string, unknown]>([
    ['call options', null],
    ['call options', new Map()],
    ['timeouts.totalMs', { timeouts: { totalMs: '250' } }],
    ['timeouts.totalMs', { timeouts: { totalMs: 0 } }],
  ])('refuses what it cannot be: %s, case %#', async (field, options) => {
    const origin = await slowOrigin();
    const call = shelfAt(origin).visit(['/'], options as CallOptions);
    await expect(call).rejects.toMatchObject({ code: 'SDK_CONFIGURATION', field });
    expect(origin.requests).toHaveLength(0);
  });
});

describe('the stop of a call that does more than send requests', () => {
  test('comes when the total has passed', async () => {
    const shelf = shelfAt(await slowOrigin(), { totalMs: 50 });
    await expect(shelf.wait()).rejects.toMatchObject(total(50));
    await expect(shelf.wait({ timeouts: { totalMs: 60 } })).rejects.toMatchObject(total(60));
  });

  test('comes with the signal of the caller, and has its reason', async () => {
    const shelf = shelfAt(await slowOrigin());
    const caller = new AbortController();
    const waiting = shelf.wait({ signal: caller.signal });
    caller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(shelf.wait({ signal: caller.signal })).rejects.toBe('enough');
    await expect(shelf.wait({ signal: 'x' as never })).rejects.toMatchObject({ field: 'signal' });
  });

  test('may come from the driver, and ends its requests', async () => {
    const origin = await slowOrigin();
    await expect(shelfAt(origin).race()).resolves.toBe('enough');
    expect(origin.requests.length).toBeLessThan(4);
  });
});

describe('a call that waits for more than requests', () => {
  const shelf = (): Shelf => keep(new Shelf({ endpoint: 'http://127.0.0.1:9', env: {} }));
  const state = async (call: Promise<unknown>): Promise<unknown> =>
    Promise.race([call.catch((error: unknown) => error), sleep(150, 'waits')]);

  test('is not ended early by the largest total there may be', async () => {
    const driver = shelf();
    expect(await state(driver.wait({ timeouts: { totalMs: 2_147_483_647 } }))).toBe('waits');
  });

  test('ends by the total that it began with, whatever becomes of its options', async () => {
    const timeouts: { totalMs: number } = { totalMs: 50 };
    const call = shelf().wait({ timeouts });
    timeouts.totalMs = 0;
    expect(await state(call)).toMatchObject({ code: 'SDK_TIMEOUT', timeoutMs: 50 });
  });

  test('ends with its driver', async () => {
    const driver = shelf();
    const call = driver.wait().catch((error: unknown) => error);
    await driver.close();
    expect(await call).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
  });
});
