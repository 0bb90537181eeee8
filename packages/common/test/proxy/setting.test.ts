import { Agent } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { createCertificateAuthority } from '@sdk/testing';
import type { HttpProxy } from '../../src/proxy/setting.js';
import { compileLevel } from '../../src/proxy/level.js';
import { resolveProxy } from '../../src/proxy/resolve.js';
import type { ProxyServer } from '../../src/route/proxy-server.js';
import { refusal, shownBy } from '../refusal.js';

const https = 'https://example.com/';
const { cert: PEM } = await createCertificateAuthority();

/** The proxy that one value of httpProxy names. */
function proxyOf(httpProxy: unknown): ProxyServer {
  const decision = resolveProxy(https, { call: { httpProxy: httpProxy as string }, env: {} });
  if (decision.proxy === undefined) throw new Error('it goes direct');
  return decision.proxy;
}

describe('httpProxy', () => {
  test.each([
    ['a URL string', 'http://proxy:3128', 'http://proxy:3128'],
    ['a URL object', new URL('http://proxy:3128'), 'http://proxy:3128'],
    ['an object', { url: 'proxy' }, 'http://proxy:80'],
    ['an object around a URL object', { url: new URL('https://proxy') }, 'https://proxy:443'],
    ['a list', ['http://a', { url: 'http://b' }], 'http://a:80'],
    ['a SOCKS proxy', 'socks5://proxy', 'socks5://proxy:1080'],
    ['a PAC file', { url: 'pac+http://wpad/proxy.pac' }, 'pac+http://wpad/proxy.pac'],
  ])('may be %s', (_what, value, href) => {
    expect(proxyOf(value).href).toBe(href);
  });

  test('may be false, whatever the environment says', () => {
    const decision = resolveProxy(https, {
      instance: { httpProxy: false },
      env: { https_proxy: 'not a proxy' },
    });
    expect(decision).toEqual({
      proxy: undefined,
      candidates: ['direct'],
      decidedBy: 'instance',
      warnings: [],
    });
  });

  test.each([
    [null, 'null'],
    ['', 'an empty string'],
    [' \n', 'a blank string'],
    ['direct', "'direct'"],
    [' DIRECT ', "'DIRECT'"],
    ['false', "'false'"],
  ])('%j is refused with a pointer to false', (value, seen) => {
    const error = refusal(() => proxyOf(value));
    expect(error.field).toBe('httpProxy');
    expect(error.message).toBe(`httpProxy is ${seen}`);
    expect(error.hint).toMatch(/^Write .*false.*\.$/);
  });

  test.each([
    [true, 'httpProxy', 'a boolean'],
    [3128, 'httpProxy', 'a number'],
    [[], 'httpProxy', 'an empty list'],
    [['direct', 'http://a'], 'httpProxy[0]', 'at the end'],
    [[false, 'http://a'], 'httpProxy[0]', 'at the end'],
    [['http://a', 'DIRECT'], 'httpProxy[1]', 'lower case'],
    [['http://a', ['http://b']], 'httpProxy[1]', 'list in a list'],
    [['http://a', undefined], 'httpProxy[1]', 'undefined'],
    [['http://a', null], 'httpProxy[1]', 'null'],
    [['http://a', 'http://b:0'], 'httpProxy[1]', 'port'],
    [{}, 'httpProxy.url', 'without url'],
    [{ url: '' }, 'httpProxy.url', 'blank'],
    [{ url: 'direct' }, 'httpProxy.url', 'false'],
    [{ url: 'false' }, 'httpProxy.url', 'false'],
    ['none', 'httpProxy', 'httpProxy: false'],
    ['http://a,http://b', 'httpProxy', 'as an array'],
    [Promise.resolve('http://a'), 'httpProxy', 'Await it, or give a function'],
    [new Agent(), 'httpProxy', "Give the proxy's URL"],
    [{ dispatch: () => true }, 'httpProxy', 'is an agent'],
    [{ url: false }, 'httpProxy.url', 'a boolean'],
    [{ uri: 'http://a' }, 'httpProxy.uri', "write url: 'http://host:port'"],
    [{ url: 'http://a', tunel: 'always' }, 'httpProxy.tunel', '"tunnel"'],
    [{ url: 'http://a', auth: {} }, 'httpProxy.auth', 'write credentials: { username, password }'],
    [{ url: 'http://a', username: 'u' }, 'httpProxy.username', 'write credentials: {'],
    [{ host: 'a', port: 1 }, 'httpProxy.host', "write url: 'http://host:port'"],
    [{ url: 'http://a', data: 1 }, 'httpProxy.data', 'known are: url'],
    [{ url: 'http://a', tunnel: true }, 'httpProxy.tunnel', "'always'"],
    [{ url: 'http://a', noProxy: 7 }, 'httpProxy.noProxy', 'a number'],
    [{ url: 'http://a', noProxy: null }, 'httpProxy.noProxy', 'null'],
    [[{ url: 'http://a', x: 1 }], 'httpProxy[0].x', 'no member'],
    // credentials
    [{ url: 'http://a', credentials: 'u:p' }, 'httpProxy.credentials', '{ username, password }'],
    [
      { url: 'http://a', credentials: { username: 'u', scheme: 'Digest' } },
      'httpProxy.credentials.scheme',
      "small letters: 'digest'",
    ],
    [{ url: 'http://a', credentials: {} }, 'httpProxy.credentials.username', 'has no username'],
    [
      { url: 'http://a', credentials: { username: 'u', pass: 'p' } },
      'httpProxy.credentials.pass',
      '"password"',
    ],
    [
      { url: 'http://a', credentials: { username: 'u', password: 1 } },
      'httpProxy.credentials.password',
      'a number',
    ],
    [{ url: 'http://a', credentials: { username: 'u:x' } }, 'httpProxy.credentials', '":"'],
    [
      { url: 'http://a', credentials: { username: 'u', password: 'p\n' } },
      'httpProxy.credentials',
      'has a control character A file that is read whole ends in a line break: .trim()',
    ],
    [
      { url: 'http://a', credentials: { token: 'canary\n' } },
      'httpProxy.credentials.token',
      '.trim() removes it',
    ],
    [{ url: 'http://a', headers: { x: 'canary\n' } }, 'httpProxy.headers.x', '.trim() removes it'],
    [{ url: 'http://a', headers: { x: ['a', 'b'] } }, 'httpProxy.headers.x', "value.join(', ')"],
    [{ url: 'http://a', headers: { x: 5 } }, 'httpProxy.headers.x', 'String(value)'],
    [
      { url: 'http://u:p@a', credentials: { username: 'u' } },
      'httpProxy.credentials',
      'one of the two places',
    ],
    [{ url: 'http://u@a', credentials: () => ({}) }, 'httpProxy.credentials', 'two places'],
    // headers
    [{ url: 'http://a', headers: ['x', 'y'] }, 'httpProxy.headers', 'a list'],
    [{ url: 'http://a', headers: { 'x y': '1' } }, 'httpProxy.headers', 'no header name'],
    [{ url: 'http://a', headers: { '': '1' } }, 'httpProxy.headers', 'no header name'],
    [{ url: 'http://a', headers: { x: 1 } }, 'httpProxy.headers.x', 'a number'],
    [{ url: 'http://a', headers: { x: 'a\r\nb: c' } }, 'httpProxy.headers.x', 'line break'],
    [{ url: 'http://a', headers: { x: 'a\u0000' } }, 'httpProxy.headers.x', 'cannot carry'],
    [{ url: 'http://a', headers: { x: '€' } }, 'httpProxy.headers.x', 'cannot carry'],
    [{ url: 'http://a', headers: { x: '1', X: '2' } }, 'httpProxy.headers', 'twice'],
    [
      { url: 'http://a', headers: { 'proxy-AUTHORIZATION': 'x' } },
      'httpProxy.headers.proxy-AUTHORIZATION',
      'httpProxy.credentials',
    ],
    [{ url: 'http://a', headers: { Host: 'x' } }, 'httpProxy.headers.Host', 'Leave it out'],
    [
      { url: 'http://a', headers: { 'content-length': '0' } },
      'httpProxy.headers.content-length',
      'Leave it out',
    ],
    [
      { url: 'http://a', headers: { 'Transfer-Encoding': 'chunked' } },
      'httpProxy.headers.Transfer-Encoding',
      'Leave it out',
    ],
    // tls
    [{ url: 'https://a', tls: [] }, 'httpProxy.tls', 'a list'],
    [{ url: 'https://a', tls: { CA: PEM } }, 'httpProxy.tls.CA', '"ca"'],
    [{ url: 'https://a', tls: { ca: '/etc/ca.pem' } }, 'httpProxy.tls.ca', 'not its path'],
    [{ url: 'https://a', tls: { ca: PEM, onlyCa: PEM } }, 'httpProxy.tls.onlyCa', 'both'],
    // What the scheme cannot do.
    [{ url: 'http://a', tls: { ca: PEM } }, 'httpProxy.tls', 'https://'],
    [{ url: 'socks5://a', tls: { ca: PEM } }, 'httpProxy.tls', 'SOCKS'],
    [{ url: 'socks4://a', headers: { x: '1' } }, 'httpProxy.headers', 'SOCKS'],
    [{ url: 'socks5h://a', tunnel: 'https' }, 'httpProxy.tunnel', 'SOCKS'],
  ])('%j is refused at %s', (value, field, hint) => {
    const error = refusal(() => proxyOf(value));
    expect(error.field).toBe(field);
    expect(`${error.message} ${error.hint ?? ''}`).toContain(hint);
  });

  test.each([
    { url: 'http://ada:canary@proxy/x' },
    { url: 'http://a', credentials: { username: 'canary:x', password: 'p' } },
    { url: 'http://a', credentials: { username: 'u', password: 'canary\n' } },
    { url: 'http://a', credentials: 'canary' },
    { url: 'http://a', headers: { 'x-token': 'canary\r\n' } },
    { url: 'http://a', headers: { 'Proxy-Authorization': 'canary' } },
    { url: 'http://a', headers: { 'X: canary': '1' } },
    { url: 'https://a', tls: { key: 'canary', cert: PEM } },
    { url: 'https://a', tls: { passphrase: 'canary', servername: 7 } },
    'http://ada:canary@proxy:0',
    ['http://a', 'http://ada:canary@proxy:0'],
  ])('%j is refused without being shown', (value) => {
    expect(shownBy(refusal(() => proxyOf(value)))).not.toContain('canary');
  });
});

describe('the object form', () => {
  test('has its credentials by value', () => {
    const { username, password, basicAuthorization } = proxyOf({
      url: 'http://proxy',
      credentials: { username: 'ada', password: 'p@ss:100%' },
    });
    expect([username, password]).toEqual(['ada', 'p@ss:100%']);
    expect(basicAuthorization).toBe(`Basic ${Buffer.from('ada:p@ss:100%').toString('base64')}`);
  });

  test('has its credentials by a function, which is not asked here', () => {
    const credentials = (): never => {
      throw new Error('asked');
    };
    const proxy = proxyOf({ url: 'http://proxy', credentials });
    expect([proxy.credentials, proxy.username, proxy.password]).toEqual([credentials, null, null]);
  });

  test('has headers, TLS settings and a tunnel of its own', () => {
    const proxy = proxyOf({
      url: 'https://proxy',
      headers: { 'X-Team': 'blue', 'x-none': undefined },
      tls: { onlyCa: [PEM], servername: 'inner' },
      tunnel: 'always',
    });
    expect(proxy.headers).toEqual(['X-Team', 'blue']);
    expect({ ...proxy.tls }).toEqual({ onlyCa: [PEM], servername: 'inner' });
    expect(proxy.tunnel).toBe('always');
  });

  test('may leave every member but the url undefined', () => {
    const value = {
      url: 'socks5://proxy',
      credentials: undefined,
      headers: undefined,
      tls: undefined,
      noProxy: undefined,
      tunnel: undefined,
    };
    expect(proxyOf(value).href).toBe('socks5://proxy:1080');
  });

  test('is frozen when it is read: later changes of it change nothing that was decided', () => {
    const value = { url: 'http://proxy', headers: { 'x-a': '1' }, noProxy: ['a.test'] };
    const level = compileLevel({ httpProxy: value }, 'instance');
    value.headers['x-a'] = '2';
    value.noProxy.push('example.com');
    const [step] = level.setting?.steps ?? [];
    if (step?.kind !== 'choice' || step.proxy === 'direct') throw new Error('no proxy');
    expect(step.proxy.headers).toEqual(['x-a', '1']);
    expect(Object.isFrozen(step.proxy.headers)).toBe(true);
    expect(Object.isFrozen(step.proxy)).toBe(true);
    expect(step.noProxy?.size).toBe(1);
  });

  test('is read anew where its content has changed', () => {
    const value = { url: 'http://proxy', credentials: { username: 'ada', password: 'one' } };
    const one = proxyOf(value);
    value.credentials.password = 'two';
    const two = proxyOf(value);
    expect([one.password, two.password]).toEqual(['one', 'two']);
    expect(one.key).not.toBe(two.key);
  });

  test.each<[string, HttpProxy, HttpProxy]>([
    ['texts', 'http://u:p@proxy', 'http://u:p@proxy'],
    [
      'objects',
      { url: 'http://proxy', headers: { a: 'b' } },
      { url: 'http://proxy', headers: { a: 'b' } },
    ],
  ])('of equal content is one proxy: %s', (_what, one, other) => {
    expect(proxyOf(one)).toBe(proxyOf(other));
  });
});

describe('noProxy', () => {
  test.each([
    [null, 'noProxy', 'null'],
    [false, 'noProxy', 'a boolean'],
    [[/a/], 'noProxy[0]', 'an object'],
  ])('%j is refused', (noProxy, field, seen) => {
    const call = { httpProxy: 'http://a', noProxy: noProxy as unknown as string };
    const error = refusal(() => resolveProxy(https, { call, env: {} }));
    expect(error.field).toBe(field);
    expect(error.message).toContain(seen);
  });
});

describe('levels', () => {
  test.each([
    [{ calls: {} }, 'levels.calls'],
    [{ call: { httpproxy: 'http://a' } }, 'levels.call.httpproxy'],
    [{ instance: { proxy: 'http://a' } }, 'levels.instance.proxy'],
    [{ instance: 'http://a' }, 'levels.instance'],
    [{ env: 'http://a' }, 'levels.env'],
    [{ env: null }, 'levels.env'],
    [null, 'levels'],
  ])('%j are refused', (levels, field) => {
    expect(refusal(() => resolveProxy(https, levels as object)).field).toBe(field);
  });
});
