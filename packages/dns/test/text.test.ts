import { describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '@sdk/common';
import fc from 'fast-check';
import { quoteText, unquoteText } from '../src/text.js';

describe('the text of a TXT record', () => {
  test.each([
    ['', '""'],
    ['v=spf1 -all', '"v=spf1 -all"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\\b', '"a\\\\b"'],
    ['grün', '"gr\\195\\188n"'],
    ['tab\there', '"tab\\009here"'],
    ['a'.repeat(255), `"${'a'.repeat(255)}"`],
    ['a'.repeat(256), `"${'a'.repeat(255)}" "a"`],
    // The second octet of ü goes into the second string.
    [`${'a'.repeat(254)}ü`, `"${'a'.repeat(254)}\\195" "\\188"`],
  ])('%j is quoted, and read back', (text, quoted) => {
    expect(quoteText(text)).toBe(quoted);
    expect(unquoteText(quoted)).toBe(text);
  });

  test.each([
    ['"a" "b"', 'ab'],
    ['"a""b"', 'ab'],
    ['  "a"\t"b"  ', 'ab'],
    ['plain', 'plain'],
    ['two words', 'twowords'],
    ['"raw ü"', 'raw ü'],
    ['"\\000\\255"', '\u0000\udcff'],
    ['"\\195\\040"', '\udcc3('],
    ['"\\065\\066"', 'AB'],
    ['"\\x"', 'x'],
  ])('%j is read as %j', (quoted, text) => {
    expect(unquoteText(quoted)).toBe(text);
  });

  test.each(['"open', 'a" b', '"\\256"', '"a\\'])('%j is refused', (quoted) => {
    expect(() => unquoteText(quoted)).toThrow(ConfigurationError);
  });

  test('of half a surrogate pair is refused', () => {
    expect(() => quoteText('a\ud800')).toThrow('half of a surrogate pair');
  });

  test('of more than a record can hold is refused', () => {
    expect(quoteText('a'.repeat(65_278))).toHaveLength(65_278 + 256 * 3 - 1);
    expect(() => quoteText('a'.repeat(65_280))).toThrow('more than one record can hold');
  });

  test('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        expect(unquoteText(quoteText(text))).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  test('of any octets comes back as the same octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const wire = `"${[...octets].map((octet) => `\\${String(octet).padStart(3, '0')}`).join('')}"`;
        const again = unquoteText(quoteText(unquoteText(wire)));
        expect(again).toBe(unquoteText(wire));
        expect(
          Buffer.from(again.replace(/[\udc80-\udcff]/g, ''), 'utf8').length,
        ).toBeLessThanOrEqual(octets.length);
      }),
      { numRuns: 100 },
    );
  });
});
