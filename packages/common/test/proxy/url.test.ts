import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSdkError } from '../../src/errors.js';
import { parseProxyUrl } from '../../src/proxy/url.js';
import { refusal, shownBy } from '../refusal.js';

interface Vector {
  input: string;
  expected: 'ERROR' | Record<string, unknown>;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/proxy-url.json', import.meta.url), 'utf8'),
) as Vector[];

describe('the examples of proxy URLs', () => {
  test.each(vectors)('$note', ({ input, expected }) => {
    if (expected === 'ERROR') {
      expect(refusal(() => parseProxyUrl(input)).code).toBe('SDK_CONFIGURATION');
    } else {
      expect(read(input, Object.keys(expected))).toEqual(expected);
    }
  });
});

describe('a proxy URL', () => {
  test.each([
    ['http://10.0.0.1', 'http://10.0.0.1:80'],
    ['HTTPS://Proxy', 'https://proxy:443'],
    ['//proxy', 'http://proxy:80'],
    ['http://proxy\u2028', 'http://proxy:80'],
    ['\u00a0http://proxy:1\ufeff', 'http://proxy:1'],
    ['proxy:00080', 'http://proxy:80'],
    ['http://0x7f.1:3128', 'http://127.0.0.1:3128'],
    ['http://2130706433', 'http://127.0.0.1:80'],
    ['http://１２７.0.0.1', 'http://127.0.0.1:80'],
    ['http://[::1]', 'http://[::1]:80'],
    ['http://[::1]:', 'http://[::1]:80'],
    ['socks5h://[2001:DB8::A]:1', 'socks5h://[2001:db8::a]:1'],
    ['socks://proxy', 'socks://proxy:1080'],
    ['socks4://proxy', 'socks4://proxy:1080'],
    ['[::1]:3128', 'http://[::1]:3128'],
    ['user:pw@[::1]:3128', 'http://[::1]:3128'],
    ['DIRECT', 'http://direct:80'],
    ['pac+https://wpad.test:8443/proxy.pac', 'pac+https://wpad.test:8443/proxy.pac'],
    ['PAC+HTTP://wpad.test/p', 'pac+http://wpad.test/p'],
    ['pac+file:/etc/proxy.pac', 'pac+file:///etc/proxy.pac'],
    ['pac+data:text/plain,FindProxyForURL', 'pac+data:…'],
  ])('%j names %s', (input, href) => {
    expect(parseProxyUrl(input).href).toBe(href);
  });

  test.each([
    ['http://user@proxy', 'user', null],
    ['http://user:@proxy', 'user', ''],
    ['http://:token@proxy', '', 'token'],
    ['http://a@b:c@proxy', 'a@b', 'c'],
    ['http://user:100%@proxy', 'user', '100%'],
    ['http://user:%E9%40%@proxy', 'user', '%E9@%'],
    ['http://user:%F0%9F%98%80%80@proxy', 'user', '😀%80'],
    ['http://user:%C3%28@proxy', 'user', '%C3('],
    ['http://user:%2F%3F%23@proxy', 'user', '/?#'],
    ['http://user:a+b@proxy', 'user', 'a+b'],
    ['http://us%2540er:pw@proxy', 'us%40er', 'pw'],
    ['pac+http://user:p%40w@wpad/proxy.pac', 'user', 'p@w'],
  ])('%s has its credentials decoded', (input, username, password) => {
    expect(read(input, ['username', 'password'])).toEqual({ username, password });
  });

  test('is also read from a URL object', () => {
    const server = parseProxyUrl(new URL('http://us er:p@w@proxy.test:80/'));
    expect([server.href, server.username, server.password]).toEqual([
      'http://proxy.test:80',
      'us er',
      'p@w',
    ]);
  });

  test('has the credentials of a PAC file taken out of its URL', () => {
    expect(parseProxyUrl('pac+http://user:hidden@wpad/proxy.pac?a=b').pac).toBe(
      'http://wpad/proxy.pac?a=b',
    );
  });

  test.each([
    ['', 'blank'],
    ['http://proxy:0', 'port'],
    ['http://proxy:-1', 'port'],
    ['http://proxy:1e3', 'port'],
    ['http://proxy: 1', 'white space'],
    ['http://pro\u200bxy\u0000', 'control'],
    ['http://user:p\u0085w@proxy', 'control'],
    ['http://user:p%0d%0aw@proxy', 'control'],
    ['http://us%3Aer:pw@proxy', '":"'],
    ['http://proxy/proxy.pac', 'pac+http://'],
    ['http://user:p#w@proxy', '%23'],
    ['http://proxy?', 'query'],
    ['http://proxy/?x', 'path'],
    ['http://user:pw@', 'no host'],
    ['http://.', 'name'],
    ['http://a..b', 'name'],
    ['http://a,b', 'it is a list; Give several proxies as an array'],
    ['http://a:1,b:2', 'list'],
    ['a:1,b:1', 'list'],
    ['a:1;b:1', 'list'],
    ['http://a:1,http://b:1', 'a variable names one proxy only'],
    ['http://a:1, http://b:1', 'list'],
    ['http://a:1;http://b:1', 'list'],
    ['http://a:1 http://b:1', 'list'],
    ['http://ada:canary@a:1,http://ada:canary@b:1', 'list'],
    ['PROXY host:3128', 'the answer of a PAC file; Write http://host:port'],
    ['PROXY host:3128; DIRECT', 'Write http://host:port'],
    ['DIRECT; SOCKS5 host:1080', 'Write socks5h://host:port'],
    ['HTTPS host:3128', 'Write https://host:port'],
    ['http=host:3128;https=host:3128', "Windows' settings; Write http://host:port"],
    ['file:///etc/proxy.pac', 'pac+file:///path'],
    ['HTTP_PROXY=http://a:1', 'the name of a variable; Write its value alone'],
    ['//a,b', 'list'],
    ['none', 'the word "none"; For no proxy unset the variable'],
    ['OFF', 'give httpProxy: false'],
    ['undefined', 'the word "undefined"'],
    ['null', 'the word "null"'],
    ['true', 'http://host:port'],
    ['no', 'the word "no"'],
    ['0', 'no IPv4 address of four decimal octets; Write http://host:port; for no proxy unset'],
    ['1', 'a number'],
    ['10.0.0:3128', 'four decimal octets'],
    ['010.0.0.1', 'four decimal octets'],
    ['http://user:p w@proxy', '%20'],
    ['http://"proxy"', 'name'],
    ['http://*:3128', 'name'],
    ['http://1.2.3.4.5', 'IPv4'],
    ['http://256.1.1.1', 'IPv4'],
    ['http://[::1', 'more than one ":"'],
    ['http://[fe80::1%25eth0]', 'zone'],
    ['http://[127.0.0.1]', 'IPv6'],
    ['http://[::1]x', 'brackets'],
    ['http:proxy:3128', 'more than one ":"'],
    ['ftp://proxy', 'scheme'],
    ['http ://proxy', 'white space'],
    ['pac+http://', 'pac+'],
    ['pac+http:///proxy.pac', 'no host'],
    ['pac+http://wpad:0/p', 'port'],
    ['pac+file://etc/proxy.pac', 'file'],
    ['pac+file:///', 'file'],
    ['pac+file:proxy.pac', 'file'],
    ['pac+file:./proxy.pac', 'file'],
    ['pac+data:nothing', 'comma'],
    ['pac+ftp://wpad/p', 'scheme'],
  ])('%j is refused', (input, words) => {
    const { message, hint } = refusal(() => parseProxyUrl(input));
    expect(`${message}; ${hint}`).toContain(words);
    // What was seen stands in the message, the remedy in the hint, and neither is said twice.
    expect(message).not.toMatch(/\.$/);
    expect(hint).toMatch(/\.$/);
    expect(message).not.toContain(hint);
    expect(`${message}; ${hint}`).not.toContain('canary');
  });

  test('advises %20 for white space only where it may be part of a password', () => {
    expect(refusal(() => parseProxyUrl('http://pro xy:3128')).hint).not.toContain('%20');
  });

  test.each([
    ['http://ada:a,b@proxy', 'ada', 'a,b'],
    ['http://ada:a;b@proxy', 'ada', 'a;b'],
    ['http=ada:x@proxy', 'http=ada', 'x'],
    ['none:no@proxy', 'none', 'no'],
    ['file:x@proxy', 'file', 'x'],
  ])('%s is no list and no word: such signs may stand in credentials', (input, name, password) => {
    expect(read(input, ['username', 'password'])).toEqual({ username: name, password });
  });

  test.each(['none:3128', 'http://none', 'nobody', '10.0.0.1', 'proxy1', 'http://127.1:3128'])(
    '%s names a proxy',
    (input) => {
      expect(parseProxyUrl(input).port).toBeGreaterThan(0);
    },
  );

  test.each([[undefined], [null], [3128], [false], [{}], [['http://proxy']]])(
    '%j is refused for what it is',
    (input) => {
      expect(refusal(() => parseProxyUrl(input as unknown as string)).message).toContain(
        'must be a string or a URL',
      );
    },
  );

  test.each([
    'http://ada:canary/x@proxy',
    'http://ada:canary@proxy:99999',
    'http://ada:canary@pro xy',
    'http://canary%3Ax:pw@proxy',
    'http://ada:canary%00@proxy',
    'http://ada:canary@[::1',
    'foo://ada:canary@proxy',
    'ada:canary:proxy:3128',
    'pac+http://ada:canary@wpad:0/p',
    'pac+http://ada:canary@[/p',
    '"http://ada:canary@proxy"',
  ])('%s is refused without being shown', (input) => {
    expect(shownBy(refusal(() => parseProxyUrl(input)))).not.toContain('canary');
  });

  test('gets an answer or a ConfigurationError, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ validSchemes: ['http', 'https', 'socks5', 'pac+http', 'ftp'] }),
      fc.stringMatching(/^[a-z+]{0,6}:?\/{0,2}[a-z:@%/?#[\]0-9. \\-]{0,30}$/),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const server = parseProxyUrl(input);
          // What is shown of a proxy names the same proxy.
          if (server.pac === undefined) expect(parseProxyUrl(server.href).href).toBe(server.href);
        } catch (error) {
          expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('gives back any credentials that were percent-encoded', () => {
    const sendable = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((s) => !/\p{Cc}/u.test(s));
    fc.assert(
      fc.property(sendable, sendable, (name, password) => {
        const username = name.replaceAll(':', '_');
        const server = parseProxyUrl(
          `http://${encodeURIComponent(username)}:${encodeURIComponent(password)}@proxy:3128`,
        );
        expect([server.username, server.password]).toEqual([username, password]);
      }),
    );
  });
});

function read(input: string | URL, keys: readonly string[]): Record<string, unknown> {
  const server = parseProxyUrl(input) as unknown as Record<string, unknown>;
  return Object.fromEntries(keys.map((key) => [key, server[key]]));
}
