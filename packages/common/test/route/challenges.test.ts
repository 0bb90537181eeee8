import { describe, expect, test } from '@jest/globals';
import { parseChallenges, parseParameters, schemesOf } from '../../src/route/challenges.js';

/** The challenges as plain data. */
const read = (...values: string[]) =>
  parseChallenges(values).map(({ scheme, token68, parameters }) =>
    token68 === undefined ? [scheme, Object.fromEntries(parameters)] : [scheme, token68],
  );

describe('challenges are read', () => {
  test.each<[string, string[], unknown[]]>([
    ['one with a quoted value', ['Basic realm="corp"'], [['Basic', { realm: 'corp' }]]],
    ['one with a bare value', ['Basic realm=corp'], [['Basic', { realm: 'corp' }]]],
    ['one without anything', ['Negotiate'], [['Negotiate', {}]]],
    ['one with a token', ['Negotiate YII+/abc=='], [['Negotiate', 'YII+/abc==']]],
    ['a token that ends in no padding', ['NTLM TlRMTVNTUAAC'], [['NTLM', 'TlRMTVNTUAAC']]],
    [
      'several headers',
      ['Negotiate', 'Basic realm="a"'],
      [
        ['Negotiate', {}],
        ['Basic', { realm: 'a' }],
      ],
    ],
    [
      'several in one header',
      ['Digest realm="a, b", qop="auth,auth-int", nonce=n, Basic realm="c", Negotiate abc==, NTLM'],
      [
        ['Digest', { realm: 'a, b', qop: 'auth,auth-int', nonce: 'n' }],
        ['Basic', { realm: 'c' }],
        ['Negotiate', 'abc=='],
        ['NTLM', {}],
      ],
    ],
    ['escapes', ['Basic realm="a \\"b\\" \\\\ c"'], [['Basic', { realm: 'a "b" \\ c' }]]],
    [
      'names without regard to case',
      ['DIGEST Realm="R", NONCE="n"'],
      [['DIGEST', { realm: 'R', nonce: 'n' }]],
    ],
    [
      'blanks around the equals sign',
      ['Basic realm = "a" , charset =UTF-8'],
      [['Basic', { realm: 'a', charset: 'UTF-8' }]],
    ],
    ['empty members of the list', [', ,Basic realm="a",,', ''], [['Basic', { realm: 'a' }]]],
    [
      'the first of a name that comes twice',
      ['Basic realm="a", realm="b"'],
      [['Basic', { realm: 'a' }]],
    ],
    ['an empty value', ['Digest realm="", nonce='], [['Digest', { realm: '', nonce: '' }]]],
    [
      'what follows something unreadable',
      ['=?=, "x, y", Basic realm="a"'],
      [['Basic', { realm: 'a' }]],
    ],
    [
      'what precedes an open quote',
      ['Negotiate, Basic realm="a'],
      [
        ['Negotiate', {}],
        ['Basic', {}],
      ],
    ],
  ])('%s', (_name, values, expected) => {
    expect(read(...values)).toEqual(expected);
  });

  test('a bounded number of them, in bounded time', () => {
    const startedAt = performance.now();
    expect(read(Array.from({ length: 20_000 }, () => 'A b="c"').join(', '))).toHaveLength(32);
    read(
      `Basic realm="${'\\"'.repeat(30_000)}`,
      '"'.repeat(60_000),
      'a='.repeat(30_000),
      ' ,'.repeat(30_000),
    );
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test('the schemes are told once each, and no endless name among them', () => {
  expect(
    schemesOf(parseChallenges(['Digest a=b', 'Basic c=d, Digest e=f', 'x'.repeat(50)])),
  ).toEqual(['Digest', 'Basic']);
});

test('a list of parameters alone is read', () => {
  expect(Object.fromEntries(parseParameters(' nextnonce="a,b", qop=auth, nc=00000001'))).toEqual({
    nextnonce: 'a,b',
    qop: 'auth',
    nc: '00000001',
  });
});
