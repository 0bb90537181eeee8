import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { resolveProxy } from '../../src/proxy/resolve.js';
import type { ProxyDecision } from '../../src/proxy/decision.js';
import { parseProxyUrl } from '../../src/proxy/url.js';
import { ProxyServer } from '../../src/route/proxy-server.js';
import { checkTlsOptions } from '../../src/route/tls-check.js';

const https = 'https://api.example.com/';

const canaries = new ProxyServer({
  protocol: 'https:',
  host: 'proxy.test',
  port: 3128,
  username: 'canary-token',
  password: 'canary-password',
  headers: ['X-Token', 'canary-header'],
  tls: { key: 'canary-key', passphrase: 'canary-passphrase' },
  credentials: function canaryFunction() {
    return { username: 'ada', password: 'canary-asked' };
  },
});
const pac = parseProxyUrl(
  'pac+http://canary-user:canary-password@wpad.test/proxy.pac?token=canary-token',
);
const script = parseProxyUrl('pac+data:text/plain,canary-script');
const decided = resolveProxy(https, {
  env: { https_proxy: 'http://canary-token@proxy.test:3128' },
});

describe.each<[string, ProxyServer | ProxyDecision]>([
  ['a proxy', canaries],
  ['a PAC file', pac],
  ['a PAC script', script],
  ['a decision', decided],
])('%s keeps its secrets out of', (_what, value) => {
  test.each<[string, (value: object) => string]>([
    ['text', (it) => Reflect.apply<undefined, [object], string>(String, undefined, [it])],
    ['JSON', (it) => JSON.stringify([it, { it }])],
    ['inspect', (it) => inspect(it)],
    [
      'inspect with everything that can be shown',
      (it) =>
        inspect({ it }, { showHidden: true, getters: true, depth: Infinity, showProxy: true }),
    ],
    ['a spread', (it) => inspect({ ...it }, { showHidden: true, getters: true, depth: Infinity })],
    ['Object.assign', (it) => JSON.stringify(Object.assign({}, it))],
    ['its entries', (it) => inspect(Object.entries(it), { depth: Infinity })],
    ['its own members', (it) => inspect(Object.getOwnPropertyDescriptors(it), { depth: Infinity })],
    ['for in', (it) => namesOf(it)],
    ['a key of a pool', (it) => (it instanceof ProxyServer ? it.key : '')],
  ])('%s', (_how, show) => {
    expect(show(value)).not.toMatch(/canary/i);
  });
});

test('a structured clone of a proxy has no secrets', () => {
  const plain = new ProxyServer({
    protocol: 'http:',
    host: 'p',
    port: 1,
    username: 'u',
    password: 'canary',
  });
  const clone = structuredClone(plain);
  expect(clone).toEqual({ protocol: 'http:', host: 'p', port: 1 });
  expect(inspect(clone, { showHidden: true })).not.toContain('canary');
});

describe('a proxy', () => {
  test('shows itself without credentials', () => {
    const proxy = parseProxyUrl('http://ada:pw@proxy.test:3128');
    expect(inspect({ proxy })).toBe('{ proxy: ProxyServer { http://proxy.test:3128 } }');
    expect(`${proxy.href} ${String(proxy)}`).toBe('http://proxy.test:3128 http://proxy.test:3128');
    expect(JSON.parse(JSON.stringify(proxy))).toEqual({
      protocol: 'http:',
      host: 'proxy.test',
      port: 3128,
    });
  });

  test('cannot be changed', () => {
    expect(Object.isFrozen(canaries)).toBe(true);
    expect(() => Object.assign(canaries, { password: 'x' })).toThrow(TypeError);
  });

  test.each<[string, object]>([
    ['password', { password: 'other' }],
    ['user name', { username: 'bob' }],
    ['host', { host: 'other.test' }],
    ['port', { port: 1 }],
    ['protocol', { protocol: 'http:' }],
    ['headers', { headers: ['X-Token', 'other'] }],
    ['TLS settings', { tls: { key: 'other' } }],
    ['tunnel', { tunnel: 'always' }],
    ['function for credentials', { credentials: () => ({ username: 'u' }) }],
  ])('has another key where its %s differs', (_what, change) => {
    const init = {
      protocol: 'https:' as const,
      host: 'proxy.test',
      port: 3128,
      username: 'ada',
      password: 'pw',
      headers: ['X-Token', 'one'],
      tls: { key: 'one' },
    };
    expect(new ProxyServer({ ...init, ...change }).key).not.toBe(new ProxyServer(init).key);
    expect(new ProxyServer({ ...init }).key).toBe(new ProxyServer(init).key);
  });

  test('has another key for each function that is asked for credentials', () => {
    const init = { protocol: 'http:' as const, host: 'p', port: 1 };
    const [one, two] = [1, 2].map(() => () => ({ username: 'u' }));
    const key = (credentials: typeof one): string => new ProxyServer({ ...init, credentials }).key;
    expect(key(one)).toBe(key(one));
    expect(key(one)).not.toBe(key(two));
  });
});

describe('what hangs on Object.prototype', () => {
  const pollution: Record<string, unknown> = {
    httpProxy: 'http://evil.test',
    noProxy: '*',
    https_proxy: 'http://evil.test',
    HTTPS_PROXY: 'http://evil.test',
    no_proxy: '*',
    call: { httpProxy: 'http://evil.test' },
    instance: { httpProxy: 'http://evil.test' },
    env: { https_proxy: 'http://evil.test' },
    url: 'http://evil.test',
    credentials: { username: 'evil', password: 'evil' },
    username: 'evil',
    password: 'evil',
    headers: { 'x-evil': '1' },
    tls: { rejectUnauthorized: false },
    rejectUnauthorized: false,
    tunnel: 'always',
    pac: 'http://evil.test',
    ask: () => 'http://evil.test',
    port: 1,
    setting: {},
    REQUEST_METHOD: 'GET',
  };

  afterEach(() => {
    for (const name of Object.keys(pollution)) {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
  });

  test('says nothing', () => {
    for (const [name, value] of Object.entries(pollution)) {
      Object.defineProperty(Object.prototype, name, {
        value,
        configurable: true,
        enumerable: false,
        writable: true,
      });
    }
    const empty = resolveProxy(https, { env: {} });
    const fromProcess = withoutProxyVariables(() => resolveProxy('https://fresh.test'));
    const plain = resolveProxy(https, { call: { httpProxy: 'http://u@good.test' }, env: {} }).proxy;
    const object = resolveProxy('https://other.test', {
      instance: { httpProxy: { url: 'https://good.test' } },
      env: {},
    }).proxy;
    const fromEnv = resolveProxy('http://x.test', { env: { HTTP_PROXY: 'http://good.test' } });
    const tls = checkTlsOptions({ servername: 'x' }, 'tls');
    const shown = [plain, object].map((proxy) => [
      proxy?.host,
      proxy?.port,
      proxy?.username,
      proxy?.password,
      proxy?.headers.length,
      proxy?.tls,
      proxy?.tunnel,
      proxy?.pac,
      proxy?.credentials,
    ]);
    const verification = tls?.rejectUnauthorized;
    for (const name of Object.keys(pollution)) {
      delete (Object.prototype as Record<string, unknown>)[name];
    }

    expect([empty.decidedBy, fromProcess.decidedBy]).toEqual(['default', 'default']);
    expect(shown).toEqual([
      ['good.test', 80, 'u', null, 0, undefined, 'https', undefined, undefined],
      ['good.test', 443, null, null, 0, undefined, 'https', undefined, undefined],
    ]);
    expect(fromEnv.proxy?.host).toBe('good.test');
    expect(verification).toBeUndefined();
  });
});

function namesOf(value: object): string {
  const seen: unknown[] = [];
  for (const name in value) seen.push(name, (value as Record<string, unknown>)[name]);
  return inspect(seen, { depth: Infinity });
}

/** Runs on a process whose environment names no proxy. */
function withoutProxyVariables<T>(action: () => T): T {
  const names = Object.keys(process.env).filter((name) => /^(?:https?|all|no)_proxy$/i.test(name));
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  try {
    return action();
  } finally {
    for (const [name, value] of before) process.env[name] = value;
  }
}
