import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { originOf } from '../../src/route/origin.js';
import { compileNoProxy } from '../../src/proxy/no-proxy.js';
import { refusal } from '../refusal.js';

interface Vector {
  noProxy: string | null;
  url: string;
  bypass: boolean | null;
  group: string;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/no-proxy.json', import.meta.url), 'utf8'),
) as Vector[];

describe('the examples of NO_PROXY', () => {
  test.each(vectors)('$group, $note: $noProxy and $url', ({ noProxy, url, bypass }) => {
    if (bypass === null) {
      expect(refusal(() => originOf(url)).field).toBe('url');
    } else {
      expect(match(noProxy ?? '', url) !== undefined).toBe(bypass);
    }
  });
});

describe('an entry', () => {
  test.each([
    // Separators.
    ['a.test,,\t\n example.com', 'http://example.com', 'example.com'],
    ['a.test\u00a0example.com', 'http://example.com', 'example.com'],
    // Case, trailing dots, A-labels.
    ['Example.COM.', 'http://eXample.com', 'Example.COM.'],
    ['example.com', 'http://example.com./', 'example.com'],
    ['example。com', 'http://example.com', 'example。com'],
    ['XN--BCHER-KVA.example', 'http://bücher.example', 'XN--BCHER-KVA.example'],
    ['*.bücher.example', 'http://a.xn--bcher-kva.example', '*.bücher.example'],
    // Domains.
    ['.example.com', 'http://a.b.example.com', '.example.com'],
    ['*.example.com', 'http://a.example.com', '*.example.com'],
    ['*.example.com', 'http://example.com', undefined],
    ['example.com', 'http://example.com.evil.test', undefined],
    ['example.com', 'http://evilexample.com', undefined],
    ['*.com.', 'http://example.com', '*.com.'],
    // Ports.
    ['*:443', 'https://example.com', '*:443'],
    ['*:443', 'https://[::1]', '*:443'],
    ['*:443', 'https://example.com:8443', undefined],
    ['*.example.com:80', 'http://a.example.com', '*.example.com:80'],
    ['.example.com:8080', 'http://example.com', undefined],
    ['10.0.0.1:80', 'http://10.0.0.1', '10.0.0.1:80'],
    ['[::1]:8443', 'https://[::1]:8443', '[::1]:8443'],
    ['[::1]:8443', 'https://[::1]', undefined],
    // Addresses, in any spelling.
    ['127.0.0.1', 'http://127.1', '127.0.0.1'],
    ['127.0.0.1', 'http://0177.0.0.1', '127.0.0.1'],
    ['127.0.0.1.', 'http://127.0.0.1.', '127.0.0.1.'],
    ['[127.0.0.1]', 'http://127.0.0.1', '[127.0.0.1]'],
    ['2001:db8:0:0:0:0:0:1', 'http://[2001:db8::1]', '2001:db8:0:0:0:0:0:1'],
    ['::ffff:7f00:1', 'http://127.0.0.1', '::ffff:7f00:1'],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]', '127.0.0.1'],
    ['64:ff9b::1.2.3.4', 'http://[64:ff9b::102:304]', '64:ff9b::1.2.3.4'],
    ['1.2.3.4', 'http://[64:ff9b::102:304]', undefined],
    ['1.2.3.4', 'http://[::102:304]', undefined],
    // Networks.
    ['0.0.0.0/0', 'http://203.0.113.9', '0.0.0.0/0'],
    ['0.0.0.0/0', 'http://[::ffff:1.2.3.4]', '0.0.0.0/0'],
    ['0.0.0.0/0', 'http://[2001:db8::1]', undefined],
    ['0.0.0.0/0', 'http://example.com', undefined],
    ['::/0', 'http://[::1]', '::/0'],
    ['::/0', 'http://10.0.0.1', undefined],
    ['::/0', 'http://[::ffff:10.0.0.1]', undefined],
    ['::ffff:0:0/95', 'http://10.0.0.1', undefined],
    ['::ffff:0:0/95', 'http://[::fffe:10.0.0.1]', '::ffff:0:0/95'],
    ['::ffff:10.0.0.0/104', 'http://10.200.0.1', '::ffff:10.0.0.0/104'],
    ['::ffff:10.0.0.0/104', 'http://11.0.0.1', undefined],
    ['10.1.2.3/8', 'http://10.9.9.9', '10.1.2.3/8'],
    ['172.16.0.0/12', 'http://172.32.0.0', undefined],
    ['fd00::/8', 'http://[fdff::1]', 'fd00::/8'],
    // Ranges.
    ['10.0.0.5-10.0.0.9', 'http://10.0.0.5', '10.0.0.5-10.0.0.9'],
    ['10.0.0.5-10.0.0.9', 'http://10.0.0.9', '10.0.0.5-10.0.0.9'],
    ['10.0.0.5-10.0.0.9', 'http://10.0.0.10', undefined],
    ['10.0.0.5-10.0.0.9', 'http://[::ffff:10.0.0.6]', '10.0.0.5-10.0.0.9'],
    // The first entry that matches is the one that is told.
    ['10.0.0.0/8,10.0.0.1', 'http://10.0.0.1', '10.0.0.0/8'],
    ['b.test,*,example.com', 'http://example.com', '*'],
    ['www.example.com,.com', 'http://www.example.com', 'www.example.com'],
    ['.com,www.example.com', 'http://www.example.com', '.com'],
  ])('%j meets %s as %j', (list, url, entry) => {
    expect(match(list, url)).toBe(entry);
    expect(compileNoProxy(list, 'NO_PROXY').warnings).toEqual([]);
  });

  test.each([
    ['http://example.com', 'URL'],
    ['//example.com', 'path'],
    ['example.com/x', 'path'],
    ['"example.com"', 'quotes'],
    ['ex*mple.com', '"*"'],
    ['*example.com', '"*"'],
    ['*.*', '"*"'],
    ['**', '"*"'],
    ['*.', 'host name'],
    ['.', 'host name'],
    ['..example.com', 'host name'],
    ['example..com', 'host name'],
    ['example.com..', 'host name'],
    ['a;b', 'host name'],
    ['<local>', 'host name'],
    ['!example.com', 'host name'],
    ['-', 'host name'],
    ['example.com:', 'port'],
    ['example.com:0', 'port'],
    ['example.com:65536', 'port'],
    ['example.com:http', 'port'],
    [':80', 'host name'],
    ['[::1]:x', 'port'],
    ['[::1', 'IPv6'],
    ['[example.com]', 'brackets'],
    ['1:2:3', 'IPv6'],
    ['fe80::1%eth0', 'zone'],
    ['ex%61mple.com', '%'],
    ['10.0.0.0/33', 'network'],
    ['10.0.0.0/-1', 'network'],
    ['10.0.0.0/08', 'network'],
    ['10.0.0.0/', 'network'],
    ['10.0/16', 'network'],
    ['10.0.0.0/8:80', 'network'],
    ['::/129', 'network'],
    ['*/8', 'network'],
    ['10.0.0.9-10.0.0.5', 'range'],
    ['10.0.0.1-10.0.0.5:80', 'range'],
    ['10.0.0.1-5', 'range'],
    ['127.1', 'number'],
    ['10', 'number'],
    ['0x7f.0.0.1', 'number'],
    ['010.0.0.1', 'number'],
    ['10.0.0.256', 'number'],
    ['.0.0.1', 'number'],
    ['*.0.0.1', 'number'],
    ['１２７.0.0.1', 'number'],
    ['user@example.com', 'user name'],
  ])('%j is skipped with a warning, and the next one counts', (entry, reason) => {
    const list = compileNoProxy(`${entry},good.test`, 'NO_PROXY');
    expect(list.warnings).toEqual([expect.stringContaining(reason)]);
    expect(list.warnings[0]).toMatch(/^NO_PROXY: skipped "/);
    expect(list.size).toBe(1);
    expect(list.match(originOf('http://good.test'))).toBe('good.test');
  });

  test.each([
    'http://ada:canary@proxy.test:3128',
    'ada:canary@proxy.test',
    'http://ada:canary',
    'ada:canary',
  ])('%s is skipped without showing what could be a password', (entry) => {
    expect(compileNoProxy(entry, 'NO_PROXY').warnings.join()).not.toContain('canary');
    expect(compileNoProxy(entry, 'NO_PROXY').warnings).toHaveLength(1);
  });
});

describe('a list', () => {
  test('is also an array of texts', () => {
    expect(match(['a.test', ' b.test, c.test'], 'http://c.test')).toBe('c.test');
  });

  test.each([[''], [' , '], [[]], [['']]])('%j is empty and bypasses nothing', (list) => {
    expect(compileNoProxy(list, 'noProxy')).toMatchObject({ size: 0, warnings: [] });
    expect(match(list, 'http://localhost')).toBeUndefined();
  });

  test.each([
    [null, 'noProxy must be a string or an array of strings, this is null'],
    [7, 'a number'],
    [{}, 'an object'],
    [['a', 7], 'noProxy[1] must be a string'],
    [[['a']], 'noProxy[0] must be a string'],
  ])('%j is refused by name', (list, message) => {
    expect(refusal(() => compileNoProxy(list as string, 'noProxy')).message).toContain(message);
  });

  test('of many entries that cannot be read counts them instead of listing them all', () => {
    const list = compileNoProxy(
      Array.from({ length: 1_000 }, (_, i) => `x/${i}`),
      'noProxy',
    );
    expect(list.warnings).toHaveLength(51);
    expect(list.warnings.at(-1)).toBe('noProxy: skipped 950 more entries');
  });

  test('is read whatever it holds, and its good entries always count', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[0-9a-f:.*/%[\]@-]{0,20}$/),
      fc.domain(),
      fc.ipV4Extended(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(fc.array(garbage), (entries) => {
        expect(match([...entries, 'good.test'], 'http://good.test')).toBeDefined();
      }),
      { numRuns: 1_000 },
    );
  });

  test('knows an IPv6 address in every spelling', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const url = `http://[${address}]/`;
        const canonical = new URL(url).hostname.slice(1, -1);
        expect(match(address.toUpperCase(), url)).toBe(address.toUpperCase());
        expect(match(canonical, url)).toBe(canonical);
        expect(match(`[${address}]:80`, url)).toBe(`[${address}]:80`);
      }),
    );
  });

  test('knows an IPv4 address and its mapped form as one', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(match(address, `http://[::ffff:${address}]`)).toBe(address);
        expect(match(`::ffff:${address}`, `http://${address}`)).toBe(`::ffff:${address}`);
      }),
    );
  });

  test('matches a network as bit by bit comparison does', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const bitsOf = (address: readonly number[]): string =>
      address.map((octet) => octet.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(octets, octets, fc.nat(32), fc.boolean(), (network, other, length, near) => {
        const target = near ? network.with(3, other[3]) : other;
        const same = bitsOf(network).slice(0, length) === bitsOf(target).slice(0, length);
        const found = match(`${network.join('.')}/${length}`, `http://${target.join('.')}`);
        expect(found !== undefined).toBe(same);
      }),
    );
  });

  test('matches a domain as comparison label by label does', () => {
    const label = fc.constantFrom('a', 'b', 'ab');
    const name = fc.array(label, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(name, name, fc.constantFrom('', '.', '*.'), (domain, host, mark) => {
        const below = host.length > domain.length;
        const ends = host.slice(-domain.length).join('.') === domain.join('.');
        const expected = ends && (mark === '*.' ? below : host.length >= domain.length);
        const found = match(`${mark}${domain.join('.')}`, `http://${host.join('.')}`);
        expect(found !== undefined).toBe(expected);
      }),
    );
  });
});

function match(list: string | readonly string[], url: string): string | undefined {
  return compileNoProxy(list, 'NO_PROXY').match(originOf(url));
}
