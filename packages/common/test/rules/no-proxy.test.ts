import { expect, test } from '@jest/globals';
import { explainProxy, resolveProxy } from '@sdk/common';
import { bypassed, bypasses, PROXY, refused, way } from './ask.js';

test('entries are separated by any run of commas and white space, and may be an array', () => {
  for (const list of [
    'a.test,b.test',
    'a.test b.test',
    ' a.test,, \t\n,b.test, ',
    ['a.test', 'b.test'],
  ]) {
    expect(bypassed(list, 'http://a.test', 'http://b.test', 'http://c.test')).toEqual([
      'http://a.test',
      'http://b.test',
    ]);
  }
});

test('names are compared without case, without one trailing dot, and as A-labels', () => {
  expect(bypasses('EXAMPLE.com.', 'http://example.COM')).toBe(true);
  expect(bypasses('example.com', 'http://example.com.')).toBe(true);
  expect(bypasses('bücher.test', 'http://xn--bcher-kva.test')).toBe(true);
  expect(bypasses('XN--BCHER-KVA.test', 'http://bücher.test')).toBe(true);
});

test('example.com and .example.com match the domain and its subdomains, on a label boundary', () => {
  for (const entry of ['example.com', '.example.com']) {
    const matched = ['http://example.com', 'http://a.example.com', 'http://a.b.example.com'];
    const others = ['http://notexample.com', 'http://example.com.evil.test', 'http://example.org'];
    expect(bypassed(entry, ...matched, ...others)).toEqual(matched);
  }
});

test('*.example.com matches subdomains only', () => {
  const subdomains = ['http://a.example.com', 'http://a.b.example.com'];
  expect(bypassed('*.example.com', ...subdomains, 'http://example.com')).toEqual(subdomains);
});

test('* anywhere matches every target, and *:port every target on that port', () => {
  const targets = ['http://a.test', 'https://10.0.0.1', 'http://[::1]:8080'];
  expect(bypassed('other.test, *', ...targets)).toEqual(targets);
  expect(bypassed('*:443', ...targets)).toEqual(['https://10.0.0.1']);
});

test('an entry with a port matches that effective port only, 80 and 443 implied', () => {
  expect(bypassed('a.test:80', 'http://a.test', 'https://a.test', 'http://a.test:8080')).toEqual([
    'http://a.test',
  ]);
  expect(bypassed('10.0.0.1:443', 'http://10.0.0.1', 'https://10.0.0.1')).toEqual([
    'https://10.0.0.1',
  ]);
  expect(bypassed('[::1]:8443', 'https://[::1]', 'https://[::1]:8443')).toEqual([
    'https://[::1]:8443',
  ]);
});

test('addresses are compared by value, with or without brackets, and an IPv4-mapped one is its IPv4 address', () => {
  expect(bypasses('2001:DB8:0:0::1', 'http://[2001:db8::1]')).toBe(true);
  expect(bypasses('[2001:db8::1]', 'http://[2001:db8:0::1]')).toBe(true);
  expect(bypasses('::ffff:10.0.0.1', 'http://10.0.0.1')).toBe(true);
  expect(bypasses('10.0.0.1', 'http://[::ffff:a00:1]')).toBe(true);
});

test('a target is read as WHATWG URLs read it, and an address of an entry is four decimal octets without leading zeros', () => {
  expect(bypasses('127.0.0.1', 'http://127.1')).toBe(true);
  expect(bypasses('127.0.0.1', 'http://0x7f.1')).toBe(true);
  for (const entry of ['127.1', '0x7f.0.0.1', '127.0.0.01', '2130706433']) {
    expect(bypasses(entry, 'http://127.0.0.1')).toBe(false);
    const { warnings } = resolveProxy('http://127.0.0.1', {
      instance: { httpProxy: PROXY, noProxy: entry },
    });
    expect(warnings.join()).toContain(entry);
  }
});

test('an IPv6 prefix shorter than /96 never matches an IPv4 address', () => {
  expect(bypasses('::/0', 'http://10.0.0.1')).toBe(false);
  expect(bypasses('::ffff:0:0/95', 'http://10.0.0.1')).toBe(false);
  expect(bypasses('::ffff:0:0/96', 'http://10.0.0.1')).toBe(true);
});

test('names never match addresses, and suffixes never apply to addresses', () => {
  expect(bypasses('0.0.1', 'http://10.0.0.1')).toBe(false);
  expect(bypasses('.0.0.1', 'http://10.0.0.1')).toBe(false);
  expect(bypasses('*.0.0.1', 'http://10.0.0.1')).toBe(false);
  expect(bypasses('0.0.0.0/0', 'http://a.test')).toBe(false);
});

test('CIDR of both families, /0 included, and ranges of IPv4 addresses match by value', () => {
  const v4 = ['http://10.0.0.0', 'http://10.0.0.3', 'http://10.0.0.4'];
  expect(bypassed('10.0.0.0/30', ...v4)).toEqual(v4.slice(0, 2));
  expect(bypassed('10.0.0.3-10.0.0.4', ...v4)).toEqual(v4.slice(1));
  expect(bypassed('0.0.0.0/0', ...v4, 'http://[2001:db8::1]')).toEqual(v4);
  expect(bypassed('2001:db8::/32', 'http://[2001:db8:1::1]', 'http://[2001:db9::1]')).toEqual([
    'http://[2001:db8:1::1]',
  ]);
  expect(bypasses('::/0', 'http://[2001:db8::1]')).toBe(true);
});

test('no name is ever looked up to be compared', () => {
  expect(bypassed('127.0.0.1, ::1, 127.0.0.0/8', 'http://localhost')).toEqual([]);
  expect(bypassed('localhost', 'http://127.0.0.1', 'http://[::1]')).toEqual([]);
});

test('a zone id never matches a name', () => {
  expect(
    bypassed('fe80::1%a.test, [fe80::1%25a.test]', 'http://a.test', 'http://[fe80::1]'),
  ).toEqual([]);
});

test('an entry that cannot be read is skipped with a warning that the explanation shows, and never breaks the rest', () => {
  const bad = ['http://x.test', 'a.test/path', '"q.test"', 'w*w.test', 'a.test:0', '10.0.0.0/33'];
  const noProxy = [...bad, 'good.test'];
  const levels = { instance: { httpProxy: PROXY, noProxy }, env: {} };
  expect(way('http://good.test', levels)).toBe('direct');
  const { warnings } = resolveProxy('http://else.test', levels);
  for (const entry of bad) expect(warnings.join('\n')).toContain(JSON.stringify(entry));
  expect(JSON.stringify(explainProxy('http://else.test', levels))).toContain('w*w.test');
});

test('a target that cannot be read is a ConfigurationError', () => {
  for (const target of [
    'nonsense',
    'ftp://a.test',
    'http://',
    'http://a b/',
    'http://a.test:99999',
  ]) {
    expect(refused(() => bypasses('*', target)).field).toBe('url');
  }
});

test('loopback and metadata addresses are bypassed only where a list says so', () => {
  const hidden = ['http://localhost', 'http://127.0.0.1', 'http://[::1]', 'http://169.254.169.254'];
  expect(bypassed('', ...hidden)).toEqual([]);
  expect(bypassed('a.test', ...hidden)).toEqual([]);
  expect(bypassed('localhost, 127.0.0.0/8, ::1, 169.254.169.254', ...hidden)).toEqual(hidden);
});

test('a list is compiled once, and its answer is remembered for each origin', () => {
  const instance = { httpProxy: PROXY, noProxy: 'a.test' };
  const first = resolveProxy('http://a.test/x', { instance, env: {} });
  expect(resolveProxy('http://a.test/y', { instance, env: {} })).toBe(first);
});
