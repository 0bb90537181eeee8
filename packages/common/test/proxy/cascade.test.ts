import { describe, expect, test } from '@jest/globals';
import { originOf } from '../../src/route/origin.js';
import { decide } from '../../src/proxy/cascade.js';
import type { ProxyDecision } from '../../src/proxy/decision.js';
import { decisionFacts } from '../../src/proxy/decision.js';
import type { ProxyLevels } from '../../src/proxy/resolve.js';
import { resolveProxy } from '../../src/proxy/resolve.js';
import { compileLevel } from '../../src/proxy/level.js';
import { refusal } from '../refusal.js';

const https = 'https://api.example.com/v2?x=y';
const env = { https_proxy: 'http://env:1', no_proxy: 'internal.test' };

/** What a decision says, in one line. */
function line({ candidates, decidedBy, bypassedBy }: ProxyDecision): string {
  const ways = candidates.map((way) => (way === 'direct' ? way : way.host)).join(' ');
  return `${decidedBy}: ${ways}${bypassedBy === undefined ? '' : ` by ${bypassedBy}`}`;
}

function answer(target: string, levels: ProxyLevels): string {
  const decision = resolveProxy(target, levels);
  if (decision instanceof Promise) throw new Error('it is a promise');
  return line(decision);
}

describe('the first level that speaks wins, whole', () => {
  test.each<[string, ProxyLevels, string]>([
    [
      'the call',
      { call: { httpProxy: 'http://call' }, instance: { httpProxy: 'http://instance' }, env },
      'call: call',
    ],
    [
      'the instance',
      { call: {}, instance: { httpProxy: 'http://instance' }, env },
      'instance: instance',
    ],
    ['the environment', { call: {}, instance: {}, env }, 'env: env'],
    ['nobody', { call: {}, instance: {}, env: {} }, 'default: direct'],
    [
      'undefined says nothing',
      { call: { httpProxy: undefined }, instance: { httpProxy: undefined }, env },
      'env: env',
    ],
    [
      'false of the call',
      { call: { httpProxy: false }, instance: { httpProxy: 'http://instance' }, env },
      'call: direct',
    ],
    [
      'false of the instance, though its own list would bypass',
      { instance: { httpProxy: false, noProxy: '*' }, env },
      'instance: direct',
    ],
    [
      'an explicit proxy, which ignores NO_PROXY',
      { instance: { httpProxy: 'http://instance' }, env: { ...env, no_proxy: '*' } },
      'instance: instance',
    ],
    [
      'the call, which does not look at the list of the instance',
      {
        call: { httpProxy: 'http://call' },
        instance: { httpProxy: 'http://i', noProxy: '*' },
        env,
      },
      'call: call',
    ],
    [
      'the instance, which does not look at the list of the call',
      { call: { noProxy: '*' }, instance: { httpProxy: 'http://instance' }, env },
      'instance: instance',
    ],
    [
      'a list beside httpProxy',
      { instance: { httpProxy: 'http://instance', noProxy: '.example.com' }, env },
      'instance: direct by .example.com',
    ],
    [
      'a list in httpProxy stands before the one beside it',
      { call: { httpProxy: { url: 'http://call', noProxy: ['a.test'] }, noProxy: '*' }, env },
      'call: call',
    ],
    [
      'an empty list in httpProxy, too',
      { call: { httpProxy: { url: 'http://call', noProxy: '' }, noProxy: '*' }, env },
      'call: call',
    ],
    [
      'a bypass falls through to nobody',
      {
        call: { httpProxy: 'http://call', noProxy: '*' },
        instance: { httpProxy: 'http://i' },
        env,
      },
      'call: direct by *',
    ],
    [
      'a list of the call replaces NO_PROXY',
      { call: { noProxy: 'example.com' }, instance: { noProxy: [] }, env },
      'env: direct by example.com',
    ],
    [
      'a list of the instance replaces NO_PROXY',
      { instance: { noProxy: ['a.test', 'api.example.com:443'] }, env },
      'env: direct by api.example.com:443',
    ],
    [
      'an empty list of the call speaks before that of the instance',
      { call: { noProxy: [] }, instance: { noProxy: '*' }, env: { ...env, NO_PROXY: '*' } },
      'env: env',
    ],
    [
      'an empty text is an empty list',
      { instance: { noProxy: '' }, env: { ...env, no_proxy: '*' } },
      'env: env',
    ],
    [
      'a list alone bypasses no proxy where none is named',
      { call: { noProxy: '*' }, env: {} },
      'default: direct',
    ],
  ])('%s', (_what, levels, expected) => {
    expect(answer(https, levels)).toBe(expected);
  });
});

describe('a list of proxies', () => {
  const of = (
    httpProxy: readonly (string | { url: string; noProxy?: string })[],
    noProxy?: string,
  ) => answer(https, { call: { httpProxy, noProxy }, env });

  test('is tried in its order', () => {
    expect(of(['http://a', 'http://b'])).toBe('call: a b');
  });

  test('ends in direct only where it says so', () => {
    expect(of(['http://a', 'direct'])).toBe('call: a direct');
    expect(of(['direct'])).toBe('call: direct');
  });

  test('is passed by as a whole where the list beside it has the target', () => {
    expect(of(['http://a', 'http://b'], 'api.example.com')).toBe('call: direct by api.example.com');
  });

  test('is direct where the list of its first member has the target, and leaves out a later one', () => {
    expect(of(['http://a', { url: 'http://b', noProxy: '*' }, 'http://c'])).toBe('call: a c');
    expect(of(['http://a', { url: 'http://b', noProxy: '*' }])).toBe('call: a');
    expect(of([{ url: 'http://a', noProxy: '*' }, 'http://b'])).toBe('call: direct by *');
  });
});

describe('a decision', () => {
  const instance = compileLevel({ httpProxy: 'http://instance', noProxy: 'a/b' }, 'instance');

  test('is made once for each origin', () => {
    const first = decide(originOf(https), { instance });
    expect(decide(originOf('https://api.example.com/other'), { instance })).toBe(first);
    expect(decide(originOf('https://api.example.com:8443/'), { instance })).not.toBe(first);
    expect(decide(originOf(https), { env })).toBe(decide(originOf(https), { env: { ...env } }));
  });

  test('is frozen', () => {
    const decision = resolveProxy(https, { instance: { httpProxy: ['http://a', 'direct'] } });
    expect([decision, decision.candidates, decision.warnings].every(Object.isFrozen)).toBe(true);
  });

  test('carries the warnings of the list that was asked, and of no other', () => {
    expect(decide(originOf(https), { instance })).toMatchObject({
      warnings: [expect.stringContaining('noProxy: skipped "a/b"')],
    });
    expect(
      resolveProxy(https, {
        call: { httpProxy: false },
        instance: { httpProxy: 'http://a', noProxy: 'a/b' },
      }).warnings,
    ).toEqual([]);
  });

  test('is told as facts without secrets', () => {
    const decision = resolveProxy(https, { env: { https_proxy: 'http://ada:canary@env' } });
    expect(decisionFacts(originOf(https), decision)).toEqual({
      origin: 'https://api.example.com',
      proxy: 'http://env:80',
      decidedBy: 'env',
      variable: 'https_proxy',
    });
    const bypassed = resolveProxy(https, { call: { httpProxy: 'http://a', noProxy: '*' } });
    expect(decisionFacts(originOf(https), bypassed)).toEqual({
      origin: 'https://api.example.com',
      proxy: null,
      decidedBy: 'call',
      bypassedBy: '*',
    });
  });

  test('is told with the candidate that was used', () => {
    const decision = resolveProxy(https, {
      call: { httpProxy: ['http://a', 'http://b', 'direct'] },
    });
    const [, second, last] = decision.candidates;
    expect(decisionFacts(originOf(https), decision, second).proxy).toBe('http://b:80');
    expect(decisionFacts(originOf(https), decision, last).proxy).toBeNull();
    expect(decisionFacts(originOf(https), decision).proxy).toBe('http://a:80');
  });
});

test('a target that cannot be read is refused, whatever the levels say', () => {
  expect(refusal(() => resolveProxy('api.example.com', { call: { httpProxy: false } })).field).toBe(
    'url',
  );
  expect(refusal(() => resolveProxy('http://[::1%25eth0]/', { env })).field).toBe('url');
});
