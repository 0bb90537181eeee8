/** Many requests at once while the way breaks under them: none is lost, and none is done twice that must not be. */
import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSdkError, type BaseConnection, type TransportError } from '@sdk/common';
import { startOrigin, startProxy, startRelay, startSocks, until, type Relay } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { allClosed, ca, ENGINES, over, type Counted, type Engine } from './stand.js';

const CALLS = 400;
const AT_ONCE = 16;
/** One after each tenth of the calls, but the last. */
const OUTAGES = 9;
/** Enough repetitions for every outage here, and a budget that does not end them. */
const RETRY = { attempts: 30, baseDelayMs: 20, maxDelayMs: 40, budget: Infinity };

/** Numbers that look random, the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Outcome {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly error: unknown;
}

/** `CALLS` calls with an id each, a few at a time, half of them changes. */
async function load(connection: BaseConnection, done: () => void = () => {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < CALLS) {
      const id = String(next++);
      const method = Number(id) % 2 === 0 ? 'GET' : 'POST';
      const body = method === 'POST' ? { json: { id } } : {};
      const answer = connection.request<{ id: string }>({ method, path: ['calls', id], ...body });
      const error: unknown = await answer.then(
        ({ body }) => (body.id === id ? undefined : new Error(`${id} was answered ${body.id}`)),
        (reason: unknown) => reason,
      );
      outcomes.push({ id, method, error });
      done();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

/** Answers each call with its id, and counts it once its last byte has come. */
function counting(after: (request: IncomingMessage) => void): {
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  processed: Map<string, number>;
} {
  const processed = new Map<string, number>();
  return {
    processed,
    handler: (request, response) => {
      request.resume();
      request.on('end', () => {
        const id = request.url?.split('/').pop() ?? '';
        processed.set(id, (processed.get(id) ?? 0) + 1);
        setTimeout(() => {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ id }), () => after(request));
        }, 1);
      });
    },
  };
}

/** What may have become of each call. */
function nothingLostOrDoubled(outcomes: readonly Outcome[], processed: Map<string, number>): void {
  expect(outcomes).toHaveLength(CALLS);
  for (const { id, method, error } of outcomes) {
    const times = processed.get(id) ?? 0;
    const facts = { id, method, times, error: String(error) };
    if (method === 'GET') {
      expect(facts).toEqual({ ...facts, error: 'undefined' });
      expect(times).toBeGreaterThanOrEqual(1);
    } else if (error === undefined) {
      expect(facts).toEqual({ ...facts, times: 1 });
    } else {
      // The one thing that a change may fail with: nobody can know whether it was done.
      const { requestSent } = error as TransportError;
      expect({ ...facts, ours: isSdkError(error), requestSent }).toEqual({
        ...facts,
        ours: true,
        requestSent: expect.stringMatching(/^(maybe|yes)$/),
      });
      expect(times).toBeLessThanOrEqual(1);
    }
  }
}

/** Goes down, and comes back, each time that so many calls more have ended: however slow the machine, there is progress. */
function flapping(relay: Relay, downMs = 40): { done(): void; stop(): Promise<number> } {
  const every = CALLS / (OUTAGES + 1);
  let calls = 0;
  let underLoad = 0;
  let outages: Promise<unknown> = Promise.resolve();
  const outage = async (): Promise<void> => {
    await relay.down();
    await sleep(downMs);
    await relay.up();
    if (calls < CALLS) underLoad += 1;
  };
  return {
    done: () => {
      calls += 1;
      if (calls % every === 0 && calls < CALLS) outages = outages.then(outage);
    },
    /** How many outages were over before the last call was. */
    stop: async () => {
      await outages;
      return underLoad;
    },
  };
}

type Kind = 'in absolute-form' | 'through tunnels' | 'through SOCKS';

async function proxied(kind: Kind, engine: Engine) {
  const authority = await ca();
  const books = counting(() => {});
  const tls = kind === 'through tunnels' ? await authority.issue() : undefined;
  const origin = keep(await startOrigin({ handler: books.handler, tls }));
  const proxy = kind === 'through SOCKS' ? keep(await startSocks()) : keep(await startProxy());
  const relay = keep(await startRelay(proxy.port));
  const scheme = kind === 'through SOCKS' ? 'socks5h' : 'http';
  const transport = keep(engine.open());
  const connection = over(engine, {
    endpoint: origin.url,
    tls: { ca: authority.cert },
    httpProxy: `${scheme}://${relay.authority}`,
    retry: RETRY,
    transport,
  });
  /** Ends the transport, which leaves no socket behind. */
  const close = async (...others: Counted[]): Promise<void> => {
    await transport.close();
    await allClosed([origin, proxy, relay, ...others]);
  };
  const connects = (): number => ('stats' in proxy ? proxy.stats.connects : proxy.requests.length);
  return { ...books, connects, relay, connection, close };
}

describe.each(ENGINES)('$engine', (engine) => {
  test.each<Kind>(['in absolute-form', 'through tunnels', 'through SOCKS'])(
    'a proxy that dies and comes back under load, %s, loses and doubles nothing',
    async (kind) => {
      const { processed, relay, connection, close } = await proxied(kind, engine);
      const { done, stop } = flapping(relay);
      const outcomes = await load(connection, done);
      expect(await stop()).toBeGreaterThan(OUTAGES / 2);
      nothingLostOrDoubled(outcomes, processed);
      // Most changes were done: only those in flight at the moment of an outage are in doubt.
      const succeeded = outcomes.filter(({ error }) => error === undefined);
      expect(succeeded.length).toBeGreaterThan(CALLS / 2);
      await close();
    },
  );

  test.each(['end', 'destroy'] as const)(
    'an origin that closes kept-alive sockets at random, by %s, does no change twice',
    async (how) => {
      const random = numbers(7);
      const books = counting((request) => {
        // Now, or a moment later: when the next request is on its way already.
        const close = (): void => void request.socket[how]();
        if (random() < 0.3) setTimeout(close, Math.floor(random() * 3));
      });
      const origin = keep(await startOrigin(books));
      const transport = keep(engine.open());
      const connection = over(engine, { endpoint: origin.url, retry: RETRY, transport });
      const outcomes = await load(connection);
      nothingLostOrDoubled(outcomes, books.processed);
      expect(origin.connections).toBeGreaterThan(AT_ONCE);
      expect(origin.connections).toBeLessThan(CALLS);
      await transport.close();
      await allClosed([origin]);
    },
  );

  test('a list of two proxies of which one dies and comes back loses and doubles nothing, and the first carries again after its rest', async () => {
    const first = await proxied('through tunnels', engine);
    const second = keep(await startProxy());
    const connection = first.connection.with({
      httpProxy: [`http://${first.relay.authority}`, second.url],
    });
    // Short: the calls go on meanwhile by the second one, and are soon over.
    const { done, stop } = flapping(first.relay, 5);
    const outcomes = await load(connection, done);
    expect(await stop()).toBeGreaterThan(0);
    nothingLostOrDoubled(outcomes, first.processed);
    expect(second.stats.connects).toBeGreaterThan(0);

    const before = first.connects();
    const carriesAgain = async (): Promise<boolean> => {
      await connection.request({ method: 'GET', path: ['calls', 'later'] });
      return first.connects() > before;
    };
    await until(carriesAgain, 'the first proxy carried again', 20_000);
    await first.close(second);
  });
});
