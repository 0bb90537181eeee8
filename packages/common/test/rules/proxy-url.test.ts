import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { parseProxyUrl } from '@sdk/common';
import { refused } from './ask.js';

const hrefOf = (input: string): string => parseProxyUrl(input).href;
const credentialsOf = (input: string): [string | null, string | null] => {
  const { username, password } = parseProxyUrl(input);
  return [username, password];
};

test('http, https, socks, socks4, socks4a, socks5, socks5h and the pac+ schemes are read, and any other is refused', () => {
  const schemes = ['http', 'https', 'socks', 'socks4', 'socks4a', 'socks5', 'socks5h'];
  for (const scheme of schemes) expect(hrefOf(`${scheme}://p:1`)).toBe(`${scheme}://p:1`);
  const pacs = ['pac+http://w/p.pac', 'pac+https://w/p.pac', 'pac+file:///p.pac', 'pac+data:,x'];
  for (const pac of pacs) expect(parseProxyUrl(pac).protocol).toBe(`${pac.split(':')[0]}:`);
  for (const other of ['ftp://p', 'foo://p:1', 'quic://p', 'http;//p']) {
    refused(() => parseProxyUrl(other));
  }
});

test('no scheme, or a leading //, means http://', () => {
  const forms = ['p:1', '//p:1', 'http://p:1', 'u:x@p:1', 'localhost:1'];
  expect(forms.map(hrefOf)).toEqual([
    'http://p:1',
    'http://p:1',
    'http://p:1',
    'http://p:1',
    'http://localhost:1',
  ]);
});

test('the default ports are 80, 443 and 1080', () => {
  expect(['http://p', 'https://p', 'socks5h://p'].map((url) => parseProxyUrl(url).port)).toEqual([
    80, 443, 1080,
  ]);
});

test('white space around a proxy URL is trimmed; white space, control characters and backslashes inside are refused', () => {
  expect(hrefOf(' \t\nhttp://p:1 \r\n')).toBe('http://p:1');
  for (const bad of [
    'http://p q:1',
    'http://p\tq:1',
    'http://p\r\nq:1',
    'http://a\\b:x@p:1',
    'http://p\0:1',
  ]) {
    refused(() => parseProxyUrl(bad));
  }
});

test('the authority ends at the first /, ? or #, and the hint says how to write them in a password', () => {
  for (const [sign, written] of [
    ['/', '%2F'],
    ['?', '%3F'],
    ['#', '%23'],
  ] as const) {
    expect(refused(() => parseProxyUrl(`http://u:a${sign}b@p:1`)).hint).toContain(written);
    expect(credentialsOf(`http://u:a${written}b@p:1`)).toEqual(['u', `a${sign}b`]);
  }
});

test('the last @ ends the credentials, and the first : splits them', () => {
  expect(credentialsOf('http://u:a@b@p:1')).toEqual(['u', 'a@b']);
  expect(credentialsOf('http://u:a:b@p:1')).toEqual(['u', 'a:b']);
});

test('credentials are percent-decoded, and kept literally where that is malformed', () => {
  expect(credentialsOf('http://us%C3%A9r:p%40%3A@p')).toEqual(['usér', 'p@:']);
  expect(credentialsOf('http://u:100%@p')).toEqual(['u', '100%']);
  expect(credentialsOf('http://u:%zz%E9@p')).toEqual(['u', '%zz%E9']);
});

test('user@ has no password, and user:@ an empty one', () => {
  expect([credentialsOf('http://u@p'), credentialsOf('http://u:@p')]).toEqual([
    ['u', null],
    ['u', ''],
  ]);
  expect(credentialsOf('http://p')).toEqual([null, null]);
});

test('port 0 is refused', () => {
  expect(refused(() => parseProxyUrl('http://p:0')).message).toMatch(/port/i);
});

test('a path, a query or a fragment is refused, with a hint to pac+http:// where it looks like a PAC file', () => {
  for (const rest of ['/path', '/?q', '?q', '#f']) {
    refused(() => parseProxyUrl(`http://p:1${rest}`));
  }
  expect(hrefOf('http://p:1/')).toBe('http://p:1');
  expect(refused(() => parseProxyUrl('http://wpad/proxy.pac')).hint).toContain('pac+http://');
});

test('a user name with a colon, and control characters in credentials, are refused', () => {
  for (const bad of [
    'http://a%3Ab:x@p',
    'http://u:p%00w@p',
    'http://u:a%0D%0AX:%20y@p',
    'http://u%7F@p',
  ]) {
    const error = refused(() => parseProxyUrl(bad));
    expect(JSON.stringify(error)).not.toMatch(/p%00w|a%0D/);
  }
});

test('a proxy server shows its password in no text, JSON or inspection of it, nor its user name, which may be a token', () => {
  const server = parseProxyUrl('http://canary-token:canary@p:1');
  const shown = [
    String(server),
    JSON.stringify(server),
    inspect(server, { showHidden: true, getters: true, depth: 9 }),
    JSON.stringify({ ...server }),
    JSON.stringify(structuredClone({ ...server })),
  ];
  expect(shown.join('\n')).not.toContain('canary');
  expect([server.username, server.password]).toEqual(['canary-token', 'canary']);
});

test('a list, an answer of a PAC file, a word for none and a bare number are refused, each with what to write', () => {
  for (const [text, remedy] of [
    ['http://a:1,http://b:1', 'as an array'],
    ['PROXY a:1; DIRECT', 'http://host:port'],
    ['none', 'unset the variable'],
    ['0', 'unset the variable'],
  ] as const) {
    expect(refused(() => parseProxyUrl(text)).hint).toContain(remedy);
  }
});
