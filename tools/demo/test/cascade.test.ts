import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProxy } from '@sdk/testing';
import type { Proxy } from '@sdk/testing';
import type { ProxyName } from '../src/books.js';
import { verdict } from '../src/cascade.js';
import type { Levels } from '../src/cascade.js';

let proxies: Record<ProxyName, Proxy>;
let env: Record<string, string>;
let instance: Levels['instance'];
beforeAll(async () => {
  const credentials = { username: 'b@corp', password: 'p@ss:100%' };
  const [A, B, C] = await Promise.all([startProxy(), startProxy({ credentials }), startProxy()]);
  proxies = { A, B, C };
  env = { https_proxy: A.url, http_proxy: A.url };
  instance = { httpProxy: B.urlWithCredentials };
});
afterAll(() => Promise.all(Object.values(proxies).map((proxy) => proxy.close())));

const of = (origin: string, levels: Levels) => verdict(origin, levels, proxies);

describe('a verdict', () => {
  test('names the level, the proxy by its letter, the way, and what was outranked', () => {
    expect(of('https://o.example', { env })).toMatchObject({
      decidedBy: 'env',
      way: 'tunnel',
      proxy: 'A',
      why: 'env says https_proxy: A, and no entry of NO_PROXY names the target',
    });
    expect(of('http://o.example', { env, instance })).toEqual({
      decidedBy: 'instance',
      way: 'forward',
      proxy: 'B',
      why: 'instance says B (call: nothing), over env: http_proxy is set',
    });
    expect(of('https://o.example', { env, instance, call: { httpProxy: proxies.C.url } })).toEqual({
      decidedBy: 'call',
      way: 'tunnel',
      proxy: 'C',
      why: 'call says C, over instance: B, env: https_proxy is set',
    });
  });

  test('says why a call goes direct', () => {
    const refused = of('https://o.example', { env, instance, call: { httpProxy: false } });
    expect(refused).toMatchObject({ decidedBy: 'call', way: 'direct', proxy: null });
    expect(refused.why).toContain('call says false');
    const bypassed = of('https://127.0.0.1:1', { env: { ...env, NO_PROXY: '127.0.0.0/8' } });
    expect(bypassed).toMatchObject({ decidedBy: 'env', way: 'direct', proxy: null });
    expect(bypassed.why).toBe(
      'env says https_proxy is set, and NO_PROXY has the entry "127.0.0.0/8"',
    );
  });

  test('never shows a password', () => {
    expect(of('https://o.example', { env, instance }).why).not.toContain('p@ss');
    expect(of('https://o.example', { env, instance }).why).not.toContain('%40');
  });

  test('refuses a proxy that is none of the three', () => {
    expect(() => of('https://o.example', { env: { https_proxy: 'http://else:1' } })).toThrow(
      'none of the three',
    );
  });
});
