import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoundedMap } from '../src/bounded-map.js';
import { originOf } from '../src/route/origin.js';
import { refusal, shownBy } from './refusal.js';

describe('an origin', () => {
  test.each([
    ['https://Example.com/x?y#z', 'https://example.com', 'example.com', 443, 'example.com:443'],
    ['http://example.com:80', 'http://example.com', 'example.com', 80, 'example.com:80'],
    ['http://u:p@example.com:8080/', 'http://example.com:8080', 'example.com', 8080, undefined],
    ['https://[::1]:8443/', 'https://[::1]:8443', '::1', 8443, '[::1]:8443'],
    ['http://127.1', 'http://127.0.0.1', '127.0.0.1', 80, '127.0.0.1:80'],
    [
      'http://bücher.example',
      'http://xn--bcher-kva.example',
      'xn--bcher-kva.example',
      80,
      undefined,
    ],
  ])('of %s is %s', (url, href, hostname, port, connectAuthority) => {
    const origin = originOf(url);
    expect([origin.href, origin.hostname, origin.port]).toEqual([href, hostname, port]);
    if (connectAuthority !== undefined) expect(origin.connectAuthority).toBe(connectAuthority);
    expect(Object.isFrozen(origin)).toBe(true);
  });

  test('is one object however it is written', () => {
    const origin = originOf('https://one.test/a');
    expect(originOf('https://one.test:443?b')).toBe(origin);
    expect(originOf('HTTPS://ONE.test/')).toBe(origin);
    expect(originOf(new URL('https://one.test'))).toBe(origin);
  });

  test('is the one that URL reads, for any URL', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect(originOf(url).href).toBe(new URL(url).origin);
        expect(originOf(url).href).toBe(new URL(url).origin);
      }),
    );
  });

  test.each([
    'ftp://example.com',
    'blob:https://one.test/x',
    'example.com',
    '//example.com',
    'http://',
    'http://1.2.3.4.5',
    'http://a:99999',
    'http://[1000::%25.example.com]:123/',
  ])('is refused to %s', (url) => {
    originOf('https://one.test');
    expect(refusal(() => originOf(url)).field).toBe('url');
  });

  test.each([[undefined], [null], [7], [{}]])('is refused to %j', (url) => {
    expect(refusal(() => originOf(url as never)).field).toBe('url');
  });

  test('is refused without showing the URL', () => {
    expect(shownBy(refusal(() => originOf('http://ada:canary@[')))).not.toContain('canary');
  });

  test.each([
    ['canary:password@host', 'has no scheme'],
    ['localhost:8080', 'has no scheme'],
    ['ftp://u:canary@host', 'begins with ftp:'],
  ])('is refused to %s, which %s', (url, beginning) => {
    const error = refusal(() => originOf(url));
    expect(error.message).toMatch(new RegExp(`this one ${beginning}$`));
    expect(shownBy(error)).not.toContain('canary');
    expect(error.hint).toContain('https://api.example.com');
  });
});

describe('a bounded map', () => {
  test('forgets its oldest entry when it is full', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 2, 4]);
  });
});
