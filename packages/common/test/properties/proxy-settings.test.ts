/** Whatever is written as a proxy: what is secret in it never shows, and what is equal is decided equally. */
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSdkError, parseProxyUrl, resolveProxy } from '@sdk/common';

const CANARY = 'c4n4ry';

describe('a proxy URL', () => {
  test('shows nothing of its password, read or refused, however the rest of it is mangled', () => {
    const junk = fc.stringMatching(/^[a-z:%/?#[\]0-9. \\-]{0,8}$/);
    const scheme = fc.constantFrom(
      'http://',
      'https://',
      'socks5h://',
      'ftp://',
      '',
      '//',
      'http:/',
    );
    const place = fc.constantFrom(
      'proxy:3128',
      '[::1]:3128',
      'proxy',
      'proxy:99999',
      '',
      'pro xy:1',
    );
    fc.assert(
      fc.property(scheme, junk, junk, place, junk, (start, before, after, host, tail) => {
        const url = `${start}ada:${before}${CANARY}${after}@${host}${tail}`;
        let seen: unknown;
        try {
          seen = parseProxyUrl(url);
        } catch (error) {
          expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
          seen = error;
        }
        const { message, stack } = seen as Partial<Error>;
        const shown = [message, stack, String(seen), JSON.stringify(seen)];
        shown.push(inspect(seen, { depth: 9, showHidden: true }));
        expect(shown.join('\n')).not.toContain(CANARY);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is the same proxy in any case and within any white space', () => {
    const host = fc.domain();
    const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), space, (name, port, around) => {
        const { href } = parseProxyUrl(`http://${name}:${port}`);
        const shouted = `${around}HTTP://${name.toUpperCase()}:${port}/${around}`;
        expect(parseProxyUrl(shouted).href).toBe(href);
      }),
    );
  });
});

describe('NO_PROXY', () => {
  const decide = (noProxy: string | readonly string[], url: string): boolean =>
    resolveProxy(url, { call: { httpProxy: 'http://proxy:1', noProxy } }).bypassedBy !== undefined;

  /** Entries and hosts that often meet. */
  const name = fc
    .array(fc.constantFrom('a', 'b', 'corp'), { minLength: 1, maxLength: 3 })
    .map((labels) => `${labels.join('.')}.test`);

  test('means the same in any case, with a dot at the end of either side, and however it is spaced', () => {
    const spacing = fc.constantFrom(',', ' ', ' , ', ',,', '\t', '\n');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), name, spacing, (entries, host, between) => {
        const plain = decide(entries.join(','), `http://${host}`);
        expect(decide(entries.join(between), `http://${host}`)).toBe(plain);
        expect(decide(entries.join(',').toUpperCase(), `http://${host}`)).toBe(plain);
        expect(
          decide(
            entries.map((entry) => `${entry}.`),
            `http://${host}`,
          ),
        ).toBe(plain);
        expect(decide(entries, `http://${host.toUpperCase()}.`)).toBe(plain);
      }),
    );
  });

  test('means the same in any order, and an entry more never takes a bypass away', () => {
    fc.assert(
      fc.property(fc.array(name), name, name, (entries, more, host) => {
        const before = decide(entries, `http://${host}`);
        expect(decide(entries.toReversed(), `http://${host}`)).toBe(before);
        expect(decide([...entries, more], `http://${host}`)).toBe(
          before || decide([more], `http://${host}`),
        );
      }),
    );
  });

  test('matches a network of IPv6 as comparison bit by bit does', () => {
    const bits = (groups: readonly number[]): string =>
      groups.map((group) => group.toString(2).padStart(16, '0')).join('');
    const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });
    const hex = (address: readonly number[]): string =>
      address.map((group) => group.toString(16)).join(':');
    fc.assert(
      fc.property(groups, fc.nat(127), fc.nat(128), (network, flipped, length) => {
        // Far from the mapped addresses of IPv4, which are a family of their own.
        const address = network.with(0, 0x2001);
        const group = flipped >> 4;
        const target = address.with(group, address[group]! ^ (0x8000 >> (flipped & 15)));
        const same = bits(address).slice(0, length) === bits(target).slice(0, length);
        expect(decide(`${hex(address)}/${length}`, `http://[${hex(target)}]`)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});
