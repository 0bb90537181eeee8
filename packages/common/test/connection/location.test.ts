import { describe, expect, test } from '@jest/globals';
import { originOf } from '@sdk/common';
import { resolveLocation } from '../../src/connection/content/location.js';

const current = { origin: originOf('https://a.example:8443'), path: '/b/c/d?q=1' };

function resolved(location: string): string {
  const target = resolveLocation(location, current);
  return 'why' in target ? target.why : `${target.origin.href} ${target.path}`;
}

describe('a Location', () => {
  test.each([
    // RFC 3986 §5.4, as far as it is about places of HTTP.
    ['g', 'https://a.example:8443 /b/c/g'],
    ['./g', 'https://a.example:8443 /b/c/g'],
    ['g/', 'https://a.example:8443 /b/c/g/'],
    ['?y', 'https://a.example:8443 /b/c/d?y'],
    ['g?y#s', 'https://a.example:8443 /b/c/g?y'],
    ['.', 'https://a.example:8443 /b/c/'],
    ['..', 'https://a.example:8443 /b/'],
    ['../g', 'https://a.example:8443 /b/g'],
    ['../../../g', 'https://a.example:8443 /g'],
    ['g?y/../x', 'https://a.example:8443 /b/c/g?y/../x'],
    ['#s', 'https://a.example:8443 /b/c/d?q=1'],
    ['//g', 'https://g /'],
    ['//g:8443?x', 'https://g:8443 /?x'],
    // What is written whole stays as it is, byte for byte.
    ['/bucket//key/./a/../b?x=%2f', 'https://a.example:8443 /bucket//key/./a/../b?x=%2f'],
    ['http://b.example//k%41/../{x}|"', 'http://b.example //k%41/../{x}|"'],
    ['HTTPS://B.Example:443/X', 'https://b.example /X'],
    ['https://b.example#fragment', 'https://b.example /'],
    ['https://[::1]:8443/x', 'https://[::1]:8443 /x'],
    ['/two words', 'https://a.example:8443 /two%20words'],
    ['/caf\u00c3\u00a9', 'https://a.example:8443 /caf%C3%A9'],
    ['/\u20ac', 'https://a.example:8443 /%E2%82%AC'],
    ['  /x\t', 'https://a.example:8443 /x'],
    ['/\\evil.example', 'https://a.example:8443 /\\evil.example'],
  ])('%s leads to %s', (location, expected) => {
    expect(resolved(location)).toBe(expected);
  });

  test.each([
    '',
    '   ',
    'http:/b.example',
    'https:b.example',
    'http://',
    'http:///x',
    'http://b.example\\@c.example/',
    'http://b.example\\c',
    'http://b example/',
    'http://b.example:99999/',
    'http://[::1/',
    '/a\u0000b',
    '/a\r\nX-Injected: 1',
  ])('that reads %j names no place', (location) => {
    expect(resolved(location)).toMatch(/names no place|credentials/);
  });

  test.each([
    'ftp://b.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:,x',
    'b.example:80',
  ])('that reads %s leads away from HTTP', (location) => {
    expect(resolved(location)).toBe('leads away from HTTP');
  });

  test.each([
    'https://ada:pass@b.example/',
    'https://ada@b.example/',
    '//:@b.example/',
    'https://@b/',
  ])('that reads %s holds credentials', (location) => {
    expect(resolved(location)).toBe('holds credentials in its URL');
  });
});
