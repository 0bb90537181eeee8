import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { AxiosTransport, BaseConnection, type ResponseError } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import {
  attempt,
  chaos,
  startOrigin,
  until,
  type ChaosFault,
  type ChaosOptions,
  type ChaosTransport,
  type Origin,
} from '@sdk/testing';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

type Stand = (options: ChaosOptions) => Promise<{ origin: Origin; transport: ChaosTransport }>;

const standOver =
  (Engine: typeof AxiosTransport | typeof UndiciTransport): Stand =>
  async (options) => {
    const origin = await startOrigin();
    const transport = chaos(new Engine(), options);
    open.push(origin, transport);
    return { origin, transport };
  };

const STANDS: readonly (readonly [engine: string, stand: Stand])[] = [
  ['AxiosTransport', standOver(AxiosTransport)],
  ['UndiciTransport', standOver(UndiciTransport)],
];

/** What one request meets: its status, or what it failed with. */
async function meet(
  { origin, transport }: Awaited<ReturnType<Stand>>,
  path = '/',
): Promise<Record<string, unknown>> {
  try {
    const { status, headers, body } = await transport.send(attempt(`${origin.url}${path}`));
    const text = (await body.toArray()).join('');
    return { status, retryAfter: headers.get('retry-after'), bytes: text.length };
  } catch (error) {
    return { ...(error as object) };
  }
}

test('it shows the Unix socket of the transport within', () => {
  const socketPath = '/run/api.sock';
  expect(chaos(new AxiosTransport({ socketPath })).socketPath).toBe(socketPath);
});

describe.each(STANDS)('one fault, over %s', (_engine, stand) => {
  test.each<[ChaosFault, Record<string, unknown>, number]>([
    ['refuse', { reason: 'ECONNREFUSED', requestSent: 'no', retryable: true }, 0],
    ['lose', { reason: 'ECONNRESET', requestSent: 'maybe', retryable: true }, 1],
    ['cut', { reason: 'ECONNRESET', requestSent: 'yes', retryable: true }, 1],
    ['delay', { status: 200, bytes: 70_000 }, 1],
    ['rateLimit', { status: 429, retryAfter: '3', bytes: 0 }, 0],
    ['unavailable', { status: 503, bytes: 0 }, 0],
  ])('%s is what its line in the table says', async (fault, seen, arrived) => {
    const placed = await stand({ choose: () => fault, retryAfterSeconds: 3, delayMs: 5 });
    expect(await meet(placed, '/bytes/70000')).toMatchObject(seen);
    expect(placed.origin.requests).toHaveLength(arrived);
    expect(placed.transport.tally).toMatchObject({ [fault]: 1, passed: 0 });
    await placed.transport.close();
    await until(() => placed.origin.openSockets() === 0, 'no socket was left');
  });

  test('a body is cut within it, and fails even where it was empty', async () => {
    const { origin, transport } = await stand({ choose: () => 'cut' });
    for (const [path, bytes] of [
      ['/bytes/100000', 99_999],
      ['/bytes/0', 0],
    ] as const) {
      const { body } = await transport.send(attempt(`${origin.url}${path}`));
      let arrived = 0;
      body.on('data', (piece: Buffer) => (arrived += piece.length));
      const [error] = (await once(body, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
      expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'yes' });
      expect(arrived).toBeLessThanOrEqual(bytes);
    }
  });

  test('a wait ends with the signal, and nothing is sent', async () => {
    const { origin, transport } = await stand({ choose: () => 'delay', delayMs: 60_000 });
    const aborted = new AbortController();
    const pending = transport.send(attempt(`${origin.url}/`, { signal: aborted.signal }));
    aborted.abort('enough');
    await expect(pending).rejects.toBe('enough');
    expect(origin.requests).toEqual([]);
  });

  test('an answer that no origin gave ends the upload', async () => {
    const { origin, transport } = await stand({ choose: () => 'unavailable' });
    const body = Readable.from(['a', 'b']);
    await transport.send(attempt(`${origin.url}/`, { method: 'PUT', body }));
    expect(body.destroyed).toBe(true);
  });
});

describe.each(STANDS)('many requests, over %s', (_engine, stand) => {
  const rates = { refuse: 0.2, lose: 0.2, rateLimit: 0.2 };
  const faults = async (seed: number | undefined): Promise<string> => {
    const placed = await stand({ rates, seed });
    const seen: unknown[] = [];
    for (let i = 0; i < 40; i += 1) {
      const { status, reason } = await meet(placed);
      seen.push(status ?? reason);
    }
    return seen.join(' ');
  };

  test('meet the same faults by the same seed, and others by another', async () => {
    const first = await faults(7);
    expect(await faults(7)).toBe(first);
    expect(await faults(8)).not.toBe(first);
    expect(await faults(undefined)).toBe(await faults(1));
  });

  test('meet them about as often as the rates say', async () => {
    const placed = await stand({ rates: { refuse: 0.25, unavailable: 0.25 } });
    for (let i = 0; i < 400; i += 1) await meet(placed);
    const { refuse, unavailable, passed, ...others } = placed.transport.tally;
    for (const [count, share] of [
      [refuse, 0.25],
      [unavailable, 0.25],
      [passed, 0.5],
    ] as const) {
      expect(Math.abs(count - 400 * share)).toBeLessThan(40);
    }
    expect(Object.values(others)).toEqual([0, 0, 0, 0]);
  });

  test('pass unharmed where no rate is given', async () => {
    const placed = await stand({});
    for (let i = 0; i < 20; i += 1) expect(await meet(placed)).toMatchObject({ status: 200 });
    expect(placed.transport.tally.passed).toBe(20);
  });

  test('succeed under a connection that repeats what may be repeated, and a change is never sent twice', async () => {
    const { origin, transport } = await stand({
      rates: { refuse: 0.1, lose: 0.1, cut: 0.1, delay: 0.1, rateLimit: 0.1, unavailable: 0.1 },
      delayMs: 1,
    });
    const connection = new BaseConnection({
      endpoint: origin.url,
      env: {},
      transport,
      retry: { attempts: 20, baseDelayMs: 1, budget: Infinity },
    });
    for (let id = 0; id < 60; id += 1) {
      const { status } = await connection.request({ method: 'GET', path: ['get', String(id)] });
      expect(status).toBe(200);
      await connection
        .request({ method: 'POST', path: ['post', String(id)], json: {} })
        .catch((error: ResponseError) => {
          // What may have been done is told, and so is an outage, which says nothing of that.
          expect(error).toMatchObject(
            error.code === 'SDK_SERVER'
              ? { status: 503 }
              : { requestSent: expect.stringMatching(/maybe|yes/) },
          );
        });
    }
    const posts = origin.requests.filter(({ method }) => method === 'POST').map(({ url }) => url);
    expect(new Set(posts).size).toBe(posts.length);
    expect(transport.tally.passed).toBeLessThan(origin.requests.length);
  });
});

test.each<[string, object, RegExp]>([
  ['more than everything', { refuse: 0.6, lose: 0.6 }, /1\.2 together/],
  ['less than nothing', { refuse: -0.1 }, /rates\.refuse is -0\.1/],
  ['no fault of ours', { explode: 0.1 }, /rates\.explode/],
])('rates of %s are refused', (_what, rates, message) => {
  expect(() => chaos(new AxiosTransport(), { rates })).toThrow(message);
});
