import { describe, expect, test } from '@jest/globals';
import type { Readable } from 'node:stream';
import { BaseConnection, BaseDriver } from '@sdk/common';
import type { DriverOptions, HeaderBag, HookContext, LimitOptions } from '@sdk/common';
import { startOrigin, until, type Origin } from '@sdk/testing';
import { Limiter } from '../../src/connection/settings/limiter.js';
import { connect, keep, origin, rejection, thrown } from './stand.js';

const get = { method: 'GET', path: '/' } as const;
const stream = { method: 'GET', path: '/bytes/300000', expect: 'stream' } as const;

interface Busy extends Origin {
  /** The most requests that were there at once. */
  most(): number;
}

/** An origin that takes its time with each answer. */
async function busy(ms = 30, status = 200): Promise<Busy> {
  let now = 0;
  let most = 0;
  const server = await startOrigin({
    handler: (request, response) => {
      request.resume();
      most = Math.max(most, (now += 1));
      setTimeout(() => {
        now -= 1;
        response.writeHead(status, status === 503 ? { 'retry-after-ms': '3000' } : {}).end('{}');
      }, ms);
    },
  });
  return keep(Object.assign(server, { most: () => most }));
}

describe('limits.concurrent', () => {
  test('bounds the attempts of a connection, its views included', async () => {
    const server = await busy();
    const connection = connect(server.url, { limits: { concurrent: 3 } });
    const view = connection.with({ userAgent: 'view' });
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? connection : view).request(get)),
    );
    expect(server.requests).toHaveLength(12);
    expect(server.most()).toBe(3);
  });

  test('lets requests begin in the order in which they came', async () => {
    const server = await busy(5);
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const order = Array.from({ length: 10 }, (_, i) => `/${i}`);
    await Promise.all(order.map((path) => connection.request({ method: 'GET', path })));
    expect(server.requests.map(({ url }) => url)).toEqual(order);
  });

  test('without it everything goes at once', async () => {
    const server = await busy(60);
    await Promise.all(Array.from({ length: 8 }, () => connect(server.url).request(get)));
    expect(server.most()).toBe(8);
  });

  test('a stream holds its place until it has closed, read or destroyed', async () => {
    const server = await origin();
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const first = (await connection.request<Readable>(stream)).body;
    const second = connection.request<Readable>(stream);
    first.once('data', () => first.pause());
    await until(() => first.isPaused());
    expect(server.requests).toHaveLength(1);
    first.resume();
    (await second).body.destroy();
    await connection.request(get);
    expect(server.requests).toHaveLength(3);
  });

  test('a stream that nobody reads gives its place to who waits', async () => {
    const server = await origin();
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const { body } = await connection.request<Readable>(stream);
    await connection.request(get);
    expect(body.errored).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
  });

  test('a failed attempt gives its place back, and its pause holds none', async () => {
    const server = await busy(1, 503);
    const connection = connect(server.url, {
      limits: { concurrent: 1 },
      timeouts: { poolMs: 1_000 },
    });
    const controller = new AbortController();
    const pausing = rejection(connection.request(get, { signal: controller.signal }));
    await until(() => server.requests[0]?.status === 503);
    expect(await rejection(connection.request(get, { retry: false }))).toMatchObject({
      status: 503,
    });
    controller.abort(new Error('enough'));
    expect(await pausing).toMatchObject({ message: 'enough' });
  });

  test('a derived connection has a count of its own, so a token never waits for the request that waits for it', async () => {
    const server = await origin();
    class WithToken extends BaseConnection {
      protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
        const tokens = this.derive({ endpoint: server.url, purpose: 'identity' });
        await tokens.request({ method: 'GET', path: '/token' }, context.nested);
        headers.set('Authorization', 'Bearer x');
      }
    }
    const connection = keep(
      new WithToken({ endpoint: server.url, env: {}, limits: { concurrent: 1 } }),
    );
    await Promise.all(Array.from({ length: 4 }, () => connection.request(get)));
    expect(server.requests.filter(({ url }) => url === '/token')).toHaveLength(4);
  });

  test('a driver and its views keep to one count', async () => {
    const server = await busy();
    class Shelf extends BaseDriver {
      constructor(options: DriverOptions) {
        super(options, [], (settings) => new BaseConnection(settings));
      }
    }
    const shelf = keep(new Shelf({ endpoint: server.url, env: {}, limits: { concurrent: 2 } }));
    const view = shelf.with({ httpProxy: false });
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? shelf : view).request(get)),
    );
    expect(server.most()).toBe(2);
  });
});

describe('the wait for a turn', () => {
  test('is ended by poolMs, with a hint that names the limits', async () => {
    const server = await busy(400);
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const first = connection.request(get);
    expect(await rejection(connection.request(get, { timeouts: { poolMs: 60 } }))).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'pool',
      timeoutMs: 60,
      requestSent: 'no',
      message: expect.stringContaining('limits.concurrent of 1'),
      hint: expect.stringContaining('limits'),
    });
    await first;
    expect(server.requests).toHaveLength(1);
  });

  test('is ended by the total', async () => {
    const server = await busy(400);
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const first = connection.request(get);
    expect(await rejection(connection.request(get, { timeouts: { totalMs: 60 } }))).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
      timeoutMs: 60,
    });
    await first;
  });

  test('is ended by the signal, with its own reason, and leaves the queue to the others', async () => {
    const server = await busy(60);
    const connection = connect(server.url, { limits: { concurrent: 1 } });
    const controller = new AbortController();
    const first = connection.request(get);
    const second = rejection(connection.request(get, { signal: controller.signal }));
    const third = connection.request(get);
    controller.abort({ any: 'reason' });
    expect(await second).toEqual({ any: 'reason' });
    await Promise.all([first, third]);
    expect(server.requests).toHaveLength(2);
  });
});

describe('limits.perSecond', () => {
  /** How long so many requests took, and the moments at which the origin got them. */
  async function timed(limits: LimitOptions, count: number) {
    const moments: number[] = [];
    const server = await origin((request, response) => {
      request.resume();
      moments.push(performance.now());
      response.end('{}');
    });
    const connection = connect(server.url, { limits });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: count }, () => connection.request(get)));
    return { moments, tookMs: performance.now() - startedAt };
  }

  test('spreads attempts over time', async () => {
    const { moments, tookMs } = await timed({ perSecond: 50 }, 26);
    // 25 intervals of 20 ms: never quicker but for what a late timer may make up, and no slower than a busy machine makes it.
    expect(tookMs).toBeGreaterThan(460);
    expect(tookMs).toBeLessThan(5_000);
    expect(moments).toHaveLength(26);
  });

  test('does not drift: timers that are late do not lower the rate', async () => {
    const run = async (): Promise<number> => {
      const limiter = new Limiter({ concurrent: Infinity, perSecond: 900, burst: 1 });
      const startedAt = performance.now();
      const turns = Array.from({ length: 451 }, async () => limiter.enter(60_000)?.come);
      await Promise.all(turns);
      return performance.now() - startedAt;
    };
    // 450 timers of Node, each of which rings after two milliseconds at the soonest, would be 900 ms instead of 500. A busy
    // machine may stall for longer than is made up for, so the best of a few runs counts.
    let best = Infinity;
    for (let i = 0; i < 6 && best > 750; i += 1) best = Math.min(best, await run());
    expect(best).toBeGreaterThan(475);
    expect(best).toBeLessThan(750);
  });

  test('lets a burst go at once, and what follows at its pace', async () => {
    const { moments, tookMs } = await timed({ perSecond: 2, burst: 5 }, 6);
    expect((moments[4] as number) - (moments[0] as number)).toBeLessThan(1_500);
    expect(tookMs).toBeGreaterThan(475);
  });
});

test.each<[string, unknown]>([
  ['limits', 5],
  ['limits', null],
  ['limits.concurent', { concurent: 5 }],
  ['limits.concurrent', { concurrent: 0 }],
  ['limits.concurrent', { concurrent: 1.5 }],
  ['limits.concurrent', { concurrent: '4' }],
  ['limits.perSecond', { perSecond: 0 }],
  ['limits.perSecond', { perSecond: Infinity }],
  ['limits.perSecond', { perSecond: Number.NaN }],
  ['limits.burst', { burst: 2 }],
  ['limits.burst', { perSecond: 1, burst: 0 }],
])('%s is refused by name where it is given as %p', (field, limits) => {
  expect(thrown(() => connect('http://h', { limits: limits as LimitOptions }))).toMatchObject({
    code: 'SDK_CONFIGURATION',
    field,
  });
});

test('limits are the connection’s: neither a view nor a call has its own', async () => {
  const connection = connect('http://h');
  const limits = { limits: { concurrent: 1 } };
  expect(thrown(() => connection.with(limits as object))).toMatchObject({ field: 'with().limits' });
  expect(await rejection(connection.request(get, limits as object))).toMatchObject({
    code: 'SDK_CONFIGURATION',
  });
});

describe('a turn', () => {
  test('that is given up as it comes leaves its place to the next', () => {
    const limiter = new Limiter({ concurrent: 1, perSecond: Infinity, burst: 1 });
    expect(limiter.enter(1_000)).toBeUndefined();
    const turn = limiter.enter(1_000);
    limiter.leave();
    turn?.cancel();
    expect(limiter.enter(1_000)).toBeUndefined();
  });

  test('is not overtaken by who comes when the token is there and its timer has not rung yet', async () => {
    const limiter = new Limiter({ concurrent: Infinity, perSecond: 20, burst: 1 });
    limiter.enter(1_000);
    const first = limiter.enter(1_000);
    const rich = performance.now() + 60;
    while (performance.now() < rich);
    const second = limiter.enter(1_000);
    const order: string[] = [];
    await Promise.all([
      first?.come.then(() => order.push('first')),
      second?.come.then(() => order.push('second')),
    ]);
    expect(order).toEqual(['first', 'second']);
  });
});
