import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import type { ProxyServer } from '@sdk/common';
import { resolveProxy, type ProxyCredentials } from '@sdk/common';
import { refusal, shownBy } from '../refusal.js';

const target = 'https://api.test';
const resolve = (credentials: unknown, url = 'http://proxy.test:3128') =>
  resolveProxy(target, {
    call: { httpProxy: { url, credentials: credentials as ProxyCredentials } },
    env: {},
  }).proxy as ProxyServer;

describe('credentials by value', () => {
  test.each<[ProxyCredentials, Partial<ProxyServer>]>([
    [{ username: 'ada' }, { username: 'ada', password: null }],
    [
      { username: 'ada', password: '', scheme: 'digest' },
      { username: 'ada', password: '' },
    ],
    [
      { username: 'ada', password: 'x', scheme: 'basic' },
      { username: 'ada', password: 'x' },
    ],
    [{ token: 'abc' }, { username: null, password: null }],
    [{ authorization: 'Custom a b' }, { username: null, password: null }],
    [{ scheme: 'negotiate' }, { username: null, password: null }],
    [
      { scheme: 'negotiate', servicePrincipal: 'HTTP@other' },
      { username: null, password: null },
    ],
  ])('may be %j', (credentials, expected) => {
    const proxy = resolve(credentials);
    expect(proxy.given).toMatchObject(credentials);
    expect([proxy.username, proxy.password]).toEqual([expected.username, expected.password]);
  });

  test.each<[unknown, string, RegExp]>([
    [{ username: 'a', token: 'canary' }, 'httpProxy.credentials.username', /different kinds/],
    [{ token: 'canary', scheme: 'digest' }, 'httpProxy.credentials.scheme', /different kinds/],
    [
      { scheme: 'negotiate', username: 'canary' },
      'httpProxy.credentials.username',
      /different kinds/,
    ],
    [
      { username: 'a', servicePrincipal: 'canary' },
      'httpProxy.credentials.servicePrincipal',
      /different/,
    ],
    [{ username: 'a', scheme: 'canary' }, 'httpProxy.credentials.scheme', /'basic', 'digest' or/],
    [{ username: 'a', scheme: 7 }, 'httpProxy.credentials.scheme', /a number/],
    [{ token: '' }, 'httpProxy.credentials.token', /cannot be sent/],
    [{ token: 'Bearer canary' }, 'httpProxy.credentials.token', /without white space/],
    [{ token: 7 }, 'httpProxy.credentials.token', /a number/],
    [{ authorization: 'Custom canary\r\nX: y' }, 'httpProxy.credentials.authorization', /one line/],
    [{ authorization: ' canary' }, 'httpProxy.credentials.authorization', /one line/],
    [
      { scheme: 'negotiate', servicePrincipal: 'a b' },
      'httpProxy.credentials.servicePrincipal',
      /HTTP@/,
    ],
    [{ scheme: 'digest' }, 'httpProxy.credentials.username', /has no username/],
    [{ username: 7 }, 'httpProxy.credentials.username', /must be a string.*a number/],
    [{ tokn: 'canary' }, 'httpProxy.credentials.tokn', /did you mean "token"/],
  ])('may not be %j', (credentials, field, message) => {
    const error = refusal(() => resolve(credentials));
    expect([error.field, error.message]).toEqual([field, expect.stringMatching(message)]);
    expect(shownBy(error)).not.toContain('canary');
  });

  test.each([
    { token: 'a' },
    { authorization: 'a b' },
    { scheme: 'negotiate' },
    { username: 'a', scheme: 'basic' },
  ])('may not be %j for a SOCKS proxy, by value or by a function', async (credentials) => {
    const error = refusal(() => resolve(credentials, 'socks5://proxy.test'));
    expect(error.field).toBe('httpProxy.credentials');
    const asked = resolve(() => credentials, 'socks5://proxy.test');
    await expect(asked.askCredentials()).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
    const pac = resolve(credentials, 'pac+http://wpad.test/proxy.pac');
    expect(refusal(() => pac.at('socks5:', 'proxy.test', 1080)).field).toBe(error.field);
  });

  test('are copied when they are given', () => {
    const credentials = { token: 'one' };
    const proxy = resolve(credentials);
    credentials.token = 'two';
    expect(proxy.given).toEqual({ token: 'one' });
  });

  test.each<ProxyCredentials>([
    { username: 'ada', password: 'canary', scheme: 'digest' },
    { token: 'canary' },
    { authorization: 'Custom canary' },
    { scheme: 'negotiate', servicePrincipal: 'HTTP@canary' },
  ])('are shown by nothing: %#', (credentials) => {
    const proxy = resolve(credentials);
    const shown = [
      shownBy(proxy),
      inspect(proxy, { customInspect: false, showHidden: true }),
      JSON.stringify({ ...proxy }),
      proxy.key,
      proxy.href,
    ].join('\n');
    expect(shown).not.toContain('canary');
  });

  test('tell pools apart, and the same ones do not', () => {
    const shapes: ProxyCredentials[] = [
      { username: 'a', password: 'b' },
      { username: 'a', password: 'b', scheme: 'basic' },
      { username: 'a', password: 'b', scheme: 'digest' },
      { token: 'b' },
      { token: 'c' },
      { authorization: 'Bearer b' },
      { scheme: 'negotiate' },
      { scheme: 'negotiate', servicePrincipal: 'HTTP@x' },
    ];
    const keys = shapes.map((shape) => resolve(shape).key);
    expect(new Set(keys).size).toBe(shapes.length);
    expect(shapes.map((shape) => resolve({ ...shape }).key)).toEqual(keys);
    expect(resolve(shapes[0], 'http://other.test').key).not.toBe(keys[0]);
  });
});

test('what a PAC file names gets the credentials, headers and TLS of the setting, and nothing of its address', async () => {
  const { proxy } = resolveProxy(target, {
    call: {
      httpProxy: {
        url: 'pac+https://wpad.test/proxy.pac',
        credentials: ({ proxy: at }) => ({ token: at }),
        headers: { 'X-Team': 'blue' },
        tls: { servername: 'inner' },
      },
    },
    env: {},
  });
  const named = (proxy as ProxyServer).at('http:', 'named.test', 8080);
  expect([named.href, named.pac, named.headers, named.tls?.servername]).toEqual([
    'http://named.test:8080',
    undefined,
    ['X-Team', 'blue'],
    'inner',
  ]);
  expect((await named.askCredentials()).given).toEqual({ token: 'http://named.test:8080' });
});
