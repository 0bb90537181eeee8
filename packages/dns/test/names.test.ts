import { domainToUnicode } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { isSdkError } from '@sdk/common';
import fc from 'fast-check';
import {
  absoluteName,
  canonicalZoneName,
  hostName,
  ownerName,
  relativeName,
  writtenOwnerName,
} from '../src/names.js';

const zone = 'example.org';
const long = `${'a'.repeat(63)}.`.repeat(3);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a zone name', () => {
  test.each([
    ['example.org', 'example.org'],
    ['Example.ORG.', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example.', 'xn--bcher-kva.example'],
    ['0/25.2.0.192.in-addr.arpa.', '0/25.2.0.192.in-addr.arpa'],
    ['.', '.'],
  ])('%j is spelt %j', (text, expected) => {
    expect(canonicalZoneName(text)).toBe(expected);
  });

  test.each([
    ['', 'no zone name'],
    ['a..b', 'empty label'],
    ['.a', 'empty label'],
    ['a b', 'a control character or a space'],
    ['a\r\nb', 'a control character or a space'],
    [`${'a'.repeat(64)}.org`, 'a label of 64 characters; 63 are allowed'],
    [`${long}${'a'.repeat(62)}`, 'a name of 254 characters; 253 are allowed'],
    ['ab\\', 'a backslash that escapes nothing'],
    ['ab\\256', 'the escape \\256'],
    ['a。b', 'IDNA'],
    ['büro/intern.example', 'Unicode stands beside'],
    ['büro?x', 'Unicode stands beside'],
    ['büro#x', 'Unicode stands beside'],
    ['büro:80', 'Unicode stands beside'],
    ['büro%61', 'Unicode stands beside'],
    ['ü\\195', 'Unicode stands beside'],
    ['ü\\046x', 'Unicode stands beside'],
    ['www.\\097ü', 'Unicode stands beside'],
  ])('%j is refused', (text, wrong) => {
    expect(refusal(() => canonicalZoneName(text))).toContain(wrong);
  });

  test('that is no string is refused by its field', () => {
    expect(refusal(() => canonicalZoneName(7 as unknown as string, 'zone'))).toBe(
      'zone must be a string, not a number',
    );
  });

  test('of 253 characters is allowed', () => {
    const name = `${long}${'a'.repeat(61)}`;
    expect(canonicalZoneName(name)).toBe(name);
  });
});

describe('the name of a record set', () => {
  test.each([
    ['', ''],
    ['@', ''],
    ['example.org.', ''],
    ['WWW', 'www'],
    ['www.example.org.', 'www'],
    ['a.b', 'a.b'],
    ['*', '*'],
    ['_dmarc', '_dmarc'],
    ['\\052', '4'],
    ['a\\.b', 'a\\.b'],
    ['a\\046b', 'a\\.b'],
    ['a\\032b', 'a\\032b'],
    ['\\@', '\\@'],
    ['müller', 'xn--mller-kva'],
    ['a\\.b.müller', 'a\\.b.xn--mller-kva'],
    ['a/b.müller', 'a/b.xn--mller-kva'],
    ['_ü-*', 'xn--_-*-hoa'],
    ['www.example.org', 'www.example.org'],
  ])('%j is spelt %j', (text, expected) => {
    expect(ownerName(text, zone)).toBe(expected);
  });

  test('outside the zone is refused', () => {
    expect(refusal(() => ownerName('www.example.com.', zone))).toContain(
      'is not in the zone example.org',
    );
  });

  test('whose last dot before the zone is escaped is outside the zone', () => {
    expect(refusal(() => ownerName('a\\.example.org.', zone))).toContain('is not in the zone');
  });

  test('counts the zone towards its length', () => {
    const name = `${long}${'a'.repeat(60)}`;
    expect(refusal(() => ownerName(name, zone))).toContain('a name of 264 characters');
  });

  test.each([
    ['www.example.org', "write 'www', or the whole name with a dot at the end"],
    ['example.org', "write '', or the whole name with a dot at the end"],
  ])('%j is refused where it is written, since it repeats the zone', (name, remedy) => {
    expect(refusal(() => writtenOwnerName(name, zone))).toContain(remedy);
  });

  test('that repeats the zone is written where it has its dot at the end', () => {
    expect(writtenOwnerName('www.example.org.example.org.', zone)).toBe('www.example.org');
  });
});

describe('absolute and relative names', () => {
  test.each([
    ['', 'example.org.'],
    ['www', 'www.example.org.'],
    ['a\\.b', 'a\\.b.example.org.'],
  ])('%j in example.org is %j, and back', (relative, absolute) => {
    expect(absoluteName(relative, zone)).toBe(absolute);
    expect(relativeName(absolute, zone)).toBe(relative);
  });

  test('a name of another zone is not relative to this one', () => {
    expect(relativeName('badexample.org.', zone)).toBeUndefined();
  });

  test('names in the root zone have no zone behind them', () => {
    expect(absoluteName('org', '.')).toBe('org.');
    expect(relativeName('org.', '.')).toBe('org');
    expect(relativeName('.', '.')).toBe('');
  });
});

describe('any text', () => {
  test('is a name that is spelt the same when it is read again, or is refused', () => {
    const characters = fc.constantFrom(...'aB1-_*.\\@$"();/ü。\u0000 '.split(''));
    const texts = fc.oneof(
      fc.string({ unit: characters, maxLength: 20 }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let name: string;
        try {
          name = ownerName(text, zone);
        } catch (error) {
          expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
          return;
        }
        expect(name).toMatch(/^[!-~]*$/);
        expect(ownerName(name, zone)).toBe(name);
        expect(relativeName(absoluteName(name, zone), zone)).toBe(name);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('a label with Unicode becomes what IDNA reads back as the same label, or is refused', () => {
  const characters = fc.constantFrom(...[...'aZ09-_*/?#%:@[]|^<>&=~!+,ßüé日本😀']);
  const label = fc.string({ unit: characters, minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(label, (text) => {
      fc.pre(/[^\x00-\x7f]/.test(text));
      let name: string;
      try {
        name = canonicalZoneName(`${text}.example`);
      } catch (error) {
        expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
        return;
      }
      expect(domainToUnicode(name)).toBe(`${text.toLowerCase()}.example`);
    }),
    { numRuns: 1_000 },
  );
});

describe('a host name in a value', () => {
  test('is lower case and keeps its dot', () => {
    expect(hostName('Mail.Example.ORG.', 'value')).toBe('mail.example.org.');
  });

  test('without its dot is refused, and the remedy shows it', () => {
    expect(refusal(() => hostName('mail.example.org', 'value'))).toBe(
      'value "mail.example.org" lacks the dot at the end of a whole name; write "mail.example.org."',
    );
  });

  test('without its dot is relative where there is an origin', () => {
    expect(hostName('mail', 'value', zone)).toBe('mail.example.org.');
    expect(hostName('@', 'value', zone)).toBe('example.org.');
  });
});
