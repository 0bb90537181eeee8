import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection, TokenSource } from '@sdk/common';
import type { CallOptions, HeaderBag, HookContext, Token, TokenSourceOptions } from '@sdk/common';
import { until } from '@sdk/testing';
import { keep, origin, rejection, thrown } from './stand.js';

type Fetch = (context: HookContext) => Promise<Token>;

/** A context of a real request, for asking a source without one. */
async function someContext(call?: CallOptions): Promise<HookContext> {
  let seen: HookContext | undefined;
  class Seeing extends BaseConnection {
    protected override authorize(_headers: HeaderBag, context: HookContext): void {
      seen = context;
    }
  }
  const server = await origin();
  const connection = keep(new Seeing({ endpoint: server.url, env: {} }));
  await connection.request({ method: 'GET', path: '/' }, call);
  return seen!;
}

/** Tokens t1, t2, …, each as long as it says. */
function counting(lifeMs?: number, options?: TokenSourceOptions): [TokenSource, () => number] {
  let count = 0;
  const source = new TokenSource(async () => {
    count += 1;
    return {
      value: `t${count}`,
      ...(lifeMs === undefined ? {} : { expiresAt: Date.now() + lifeMs }),
    };
  }, options);
  return [source, () => count];
}

describe('a token', () => {
  test('is fetched once, and given at once from then on', async () => {
    const [source, count] = counting();
    const context = await someContext();
    expect(source.get(context)).toBeInstanceOf(Promise);
    expect(await Promise.all([source.get(context), source.get(context)])).toEqual(['t1', 't1']);
    expect(source.get(context)).toBe('t1');
    expect(count()).toBe(1);
  });

  test.each<[string, number, TokenSourceOptions | undefined, number]>([
    ['lives for an hour', 3_600_000, undefined, 1],
    [
      'lives for an hour, and is replaced two hours before its end',
      3_600_000,
      { earlyMs: 7_200_000 },
      2,
    ],
    ['lives for a minute, and is replaced at its end', 60_000, { earlyMs: 0 }, 1],
    ['has ended when it comes', -1, { earlyMs: 0 }, 2],
  ])('that %s is fetched as often as needed', async (_what, lifeMs, options, expected) => {
    const [source, count] = counting(lifeMs, options);
    const context = await someContext();
    await source.get(context);
    await source.get(context);
    expect(count()).toBe(expected);
  });

  test('is replaced, where nothing is said, when a tenth of its life is left', async () => {
    const [source, count] = counting(2_000);
    const context = await someContext();
    await source.get(context);
    expect(source.get(context)).toBe('t1');
    await until(() => source.get(context) !== 't1');
    await until(() => source.get(context) === 't2');
    expect(count()).toBe(2);
  });

  test.each([new Date(Date.now() + 60_000), Date.now() + 60_000])(
    'may say its end as a Date or in milliseconds',
    async (expiresAt) => {
      const source = new TokenSource(async () => ({ value: 't', expiresAt }));
      const context = await someContext();
      await source.get(context);
      expect(source.get(context)).toBe('t');
    },
  );

  test('that is forgotten is fetched anew; forgetting an older one does nothing', async () => {
    const [source, count] = counting();
    const context = await someContext();
    await source.get(context);
    source.forget('t1');
    expect(await source.get(context)).toBe('t2');
    source.forget('t1');
    source.forget(undefined);
    expect(source.get(context)).toBe('t2');
    expect(count()).toBe(2);
  });

  test('may be a record, for instance with a catalog', async () => {
    const session = { token: 't', catalog: ['dns'] };
    const source = new TokenSource(async () => ({ value: session }));
    const context = await someContext();
    expect(await source.get(context)).toBe(session);
    source.forget(session);
    expect(source.get(context)).toBeInstanceOf(Promise);
  });

  test('is seen by neither inspect nor JSON', async () => {
    const source = new TokenSource(async () => ({ value: 'canary' }));
    await source.get(await someContext());
    expect(inspect(source, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(JSON.stringify(source)).toBe('{}');
  });
});

describe('a failed fetch', () => {
  test('fails all who wait for it, and is not kept', async () => {
    let count = 0;
    const source = new TokenSource(async () => {
      count += 1;
      if (count === 1) throw new Error('closed');
      return { value: 't' };
    });
    const context = await someContext();
    const both = await Promise.allSettled([source.get(context), source.get(context)]);
    expect(both).toMatchObject([
      { status: 'rejected', reason: { message: 'closed' } },
      { status: 'rejected', reason: { message: 'closed' } },
    ]);
    expect(await source.get(context)).toBe('t');
    expect(count).toBe(2);
  });

  test('of a function that throws at once is a rejection, too', async () => {
    const source = new TokenSource(() => {
      throw new Error('at once');
    });
    expect((await rejection(source.get(await someContext()) as Promise<string>)).message).toBe(
      'at once',
    );
  });

  test.each([
    ['nothing', undefined, /object/],
    ['a text', 'canary', /object/],
    ['no value', {}, /undefined as its value/],
    ['an empty value', { value: '' }, /an empty string as its value/],
    ['seconds as its end', { value: 'canary', expiresAt: 3600 }, /expiresAt.*3600/],
    ['a text as its end', { value: 'canary', expiresAt: '2030-01-01' }, /expiresAt/],
    [
      'no date as its end',
      { value: 'canary', expiresAt: new Date('x') },
      /Date that cannot be read/,
    ],
  ])('is one that brings %s, and shows nothing of it', async (_what, token, message) => {
    const source = new TokenSource((async () => token) as unknown as Fetch);
    const error = await rejection(source.get(await someContext()) as Promise<string>);
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringMatching(message),
    });
    expect(inspect(error)).not.toContain('canary');
  });

  test.each([
    ['no function', () => new TokenSource('t' as never)],
    ['an earlyMs below 0', () => new TokenSource(async () => ({ value: 't' }), { earlyMs: -1 })],
    [
      'an option that nobody knows',
      () => new TokenSource(async () => ({ value: 't' }), { early: 1 } as never),
    ],
  ])('cannot come of %s', (_what, make) => {
    expect(thrown(make)).toMatchObject({ code: 'SDK_CONFIGURATION' });
  });
});
