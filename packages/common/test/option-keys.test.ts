import { describe, expect, test } from '@jest/globals';
import { nearest } from '../src/nearest.js';
import { checkKeys, kindOf, own, quoted } from '../src/option-keys.js';
import { refusal } from './refusal.js';

describe('an unknown member', () => {
  test.each([
    ['httpproxy', ['httpProxy', 'noProxy'], 'httpProxy'],
    ['proxy', ['token', 'httpProxy'], 'httpProxy'],
    ['timeout', ['timeouts', 'retry'], 'timeouts'],
    ['retires', ['timeouts', 'retry', 'retries'], 'retries'],
    ['tunel', ['url', 'tunnel'], 'tunnel'],
    ['credential', ['credentials'], 'credentials'],
    ['xyzzy', ['url', 'tunnel'], undefined],
    ['data', ['path', 'query'], undefined],
    ['url', ['xml', 'path'], undefined],
    ['ulr', ['xml', 'url'], 'url'],
    ['jsn', ['path', 'json'], 'json'],
    ['', ['url'], undefined],
    ['x'.repeat(10_000), ['url'], undefined],
  ])('%s of %j is nearest to %s', (name, known, near) => {
    expect(nearest(name, known)).toBe(near);
  });

  test('is refused by name, with the nearest known one', () => {
    const error = refusal(() => checkKeys({ timeOut: 1 }, ['timeouts'], 'options'));
    expect(error.field).toBe('options.timeOut');
    expect(error.message).toBe('options has no member "timeOut"; did you mean "timeouts"?');
  });

  test.each([
    ['ca', ['tls', 'retry'], 'write tls: { ca }'],
    ['maxRetries', ['tls', 'retry'], 'write retry: { attempts }'],
    ['httpsAgent', ['httpProxy', 'userAgent'], "write httpProxy: 'http://host:port'"],
    ['baseURL', ['endpoint'], "write endpoint: 'https://host'"],
    ['agent', ['userAgent'], 'did you mean "userAgent"?'],
  ])('%s, as others call a thing, is refused with what to write', (name, known, remedy) => {
    const error = refusal(() => checkKeys({ [name]: 1 }, known, 'options'));
    expect(error.message).toBe(`options has no member "${name}"; ${remedy}`);
  });

  test('is refused with all known ones where none is near', () => {
    const error = refusal(() => checkKeys({ q: 1 }, ['url', 'tunnel'], 'options'));
    expect(error.message).toContain('known are: url, tunnel');
  });

  test('is one of its own only: what hangs on a prototype is not seen', () => {
    const value = Object.create({ strange: 1 }) as object;
    expect(() => checkKeys(value, ['url'], 'options')).not.toThrow();
    expect(own(value as { strange?: number }, 'strange')).toBeUndefined();
  });
});

test.each([
  [null, 'null'],
  [[], 'a list'],
  ['', 'an empty string'],
  [' ', 'a blank string'],
  ['x', 'a string'],
  [1, 'a number'],
  [{}, 'an object'],
  [Buffer.from('x'), 'bytes'],
  [undefined, 'undefined'],
  [() => 1, 'a function'],
])('%j is called %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});

test.each([
  ['x"\n', '"x\\"\\n"'],
  ['', '""'],
  ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
  [7, '7'],
  [true, 'true'],
  [null, 'null'],
  [['canary'], 'a list'],
  [{ toString: () => 'canary' }, 'an object'],
])('%j is quoted as %s', (value, words) => {
  expect(quoted(value)).toBe(words);
});
