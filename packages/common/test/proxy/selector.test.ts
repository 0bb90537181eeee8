import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, ProxyError } from '../../src/errors.js';
import type { ProxyDecision } from '../../src/proxy/decision.js';
import { resolveProxy } from '../../src/proxy/resolve.js';
import type { HttpProxy, ProxyAnswer, ProxyQuestion } from '../../src/proxy/setting.js';
import { originOf } from '../../src/route/origin.js';
import { decide } from '../../src/proxy/cascade.js';
import { compileLevel } from '../../src/proxy/level.js';
import { shownBy } from '../refusal.js';

const https = 'https://api.example.com/v2';
const env = { https_proxy: 'http://env' };

function ways({ candidates, decidedBy }: ProxyDecision): string {
  return `${decidedBy}: ${candidates.map((way) => (way === 'direct' ? way : way.host)).join(' ')}`;
}

async function answer(httpProxy: unknown, noProxy?: string): Promise<string> {
  const call = { httpProxy: httpProxy as HttpProxy, noProxy };
  return ways(await resolveProxy(https, { call, instance: { httpProxy: 'http://instance' }, env }));
}

describe('a function', () => {
  test('is asked with the origin, the protocol and the purpose', () => {
    const asked: ProxyQuestion[] = [];
    const level = compileLevel({ httpProxy: (question) => void asked.push(question) }, 'call');
    void decide(originOf(https), { call: level, env }, 'identity');
    void decide(originOf('http://other.test:8080/'), { call: level, env });
    expect(asked).toEqual([
      { origin: 'https://api.example.com', protocol: 'https:', purpose: 'identity' },
      { origin: 'http://other.test:8080', protocol: 'http:', purpose: 'request' },
    ]);
    expect(Object.isFrozen(asked[0])).toBe(true);
  });

  test('is asked for each decision', () => {
    let count = 0;
    const call = { httpProxy: () => `http://proxy${(count += 1)}` };
    const hosts = [1, 2, 3].map(() => (resolveProxy(https, { call }) as ProxyDecision).proxy?.host);
    expect(hosts).toEqual(['proxy1', 'proxy2', 'proxy3']);
  });

  test('that answers at once is answered at once', () => {
    const decision = resolveProxy(https, { call: { httpProxy: () => 'http://proxy' } });
    expect(decision).not.toBeInstanceOf(Promise);
  });

  test('that answers a promise makes the decision one', async () => {
    const decision = resolveProxy(https, { call: { httpProxy: async () => 'http://proxy' } });
    expect(decision).toBeInstanceOf(Promise);
    expect(ways(await decision)).toBe('call: proxy');
  });

  test('of the instance is asked after the call has passed', async () => {
    const levels = {
      call: { httpProxy: async () => undefined },
      instance: { httpProxy: async () => 'http://second' },
    };
    expect(ways(await resolveProxy(https, levels))).toBe('instance: second');
  });

  test.each<[string, ProxyAnswer, string]>([
    ['a URL', 'http://proxy', 'call: proxy'],
    ['a URL object', new URL('http://proxy'), 'call: proxy'],
    ['an object', { url: 'http://proxy' }, 'call: proxy'],
    ['an object that bypasses', { url: 'http://proxy', noProxy: '*' }, 'call: direct'],
    ['a list', ['http://a', 'http://b', 'direct'], 'call: a b direct'],
    ['false', false, 'call: direct'],
    ['undefined', undefined, 'instance: instance'],
  ])('may answer %s, at once or later', async (_what, value, expected) => {
    expect(await answer(() => value)).toBe(expected);
    expect(await answer(() => Promise.resolve(value))).toBe(expected);
    expect(await answer(() => ({ then: (done: (value: unknown) => void) => done(value) }))).toBe(
      expected,
    );
  });

  test('has the list beside it applied to its answer', async () => {
    expect(await answer(() => 'http://proxy', 'example.com')).toBe('call: direct');
    expect(await answer(() => undefined, 'example.com')).toBe('instance: instance');
  });

  test('may answer the same proxy each time, and it stays the same proxy', () => {
    const call = {
      httpProxy: () => ({ url: 'http://proxy', credentials: { username: 'u', password: 'p' } }),
    };
    const [one, two] = [1, 2].map(() => (resolveProxy(https, { call }) as ProxyDecision).proxy);
    expect(one).toBe(two);
  });

  test.each<[string, unknown, string]>([
    ['null', null, 'false'],
    ['an empty string', '', 'false'],
    ["'direct'", 'direct', 'false'],
    ['a function', () => 'http://proxy', 'is a function'],
    ['a list with a function', ['http://a', () => 'http://b'], 'a function in it'],
    ['an empty list', [], 'empty list'],
    ['a number', 3128, 'a number'],
    ['a wrong URL', 'http://ada:canary@proxy:0', 'port'],
    ['an unknown member', { url: 'http://a', tunel: 'always' }, '"tunnel"'],
  ])('is refused where it answers %s', async (_what, value, hint) => {
    for (const ask of [() => value, async () => value]) {
      const error = await failure(() => answer(ask));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.message).toContain('What the function httpProxy answered');
      expect((error as ConfigurationError).field).toMatch(/^httpProxy(\.\w+)?$/);
      expect(`${error.message}; ${(error as ConfigurationError).hint}`).toContain(hint);
      expect(shownBy(error)).not.toContain('canary');
    }
  });

  test.each<[string, unknown, string]>([
    ['an Error', new TypeError('canary at http://ada:canary@proxy'), 'TypeError'],
    ['a system error', Object.assign(new Error('canary'), { code: 'ENOENT' }), 'ENOENT'],
    ['a strange name', Object.assign(new Error('x'), { name: 'canary secret' }), 'threw Error'],
    ['a text', 'canary', 'no Error'],
  ])(
    'that throws %s fails with phase resolve, and its text is not shown',
    async (_what, thrown, kind) => {
      const throws = (): never => {
        throw thrown;
      };
      for (const ask of [throws, async () => throws()]) {
        const error = await failure(() => answer(ask));
        expect(error).toBeInstanceOf(ProxyError);
        expect(error).toMatchObject({ phase: 'resolve', requestSent: 'no', retryable: false });
        expect(error.message).toContain(kind);
        expect(shownBy(error)).not.toContain('canary');
      }
    },
  );

  test('that throws an error of the SDK has it as the cause, since it shows no secret', async () => {
    const error = await failure(() => answer(() => resolveProxy('nowhere').proxy));
    expect(error.cause).toBeInstanceOf(ConfigurationError);
  });
});

describe('a list with functions', () => {
  const never = (): never => {
    throw new Error('asked');
  };

  test('asks them in their order, and leaves out those that answer undefined', async () => {
    const list = ['http://a', () => undefined, async () => 'http://b', () => 'http://c', 'direct'];
    expect(await answer(list)).toBe('call: a b c direct');
  });

  test('asks nobody behind one that goes direct', async () => {
    expect(await answer(['http://a', () => false, never])).toBe('call: a direct');
    expect(await answer(['http://a', async () => false as const, never])).toBe('call: a direct');
    expect(await answer([{ url: 'http://a', noProxy: '*' }, never])).toBe('call: direct');
  });

  test('has no opinion where none of its members has one', async () => {
    expect(await answer([() => undefined, async () => undefined])).toBe('instance: instance');
  });

  test('refuses a member that answers a list', async () => {
    const error = await failure(() => answer(['http://a', () => ['http://b']]));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain('httpProxy[1] answered is a list');
  });
});

async function failure(action: () => Promise<unknown>): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was accepted');
}
