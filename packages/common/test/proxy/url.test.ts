import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isSdkError } from '../../src/errors.js';
import { parseProxyUrl } from '../../src/proxy/url.js';

interface Vector {
  input: string;
  expected: 'ERROR' | Record<string, unknown>;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/proxy-url.json', import.meta.url), 'utf8'),
) as Vector[];

describe('the examples of proxy URLs', () => {
  test.each(vectors)('$note: $input', ({ input, expected }) => {
    if (expected === 'ERROR') {
      expect(refusal(input).code).toBe('SDK_CONFIGURATION');
    } else {
      expect(read(input, Object.keys(expected))).toEqual(expected);
    }
  });
});

function read(input: string | URL, keys: readonly string[]): Record<string, unknown> {
  const server = parseProxyUrl(input) as unknown as Record<string, unknown>;
  return Object.fromEntries(keys.map((key) => [key, server[key]]));
}

function refusal(input: unknown): { code: string; message: string } {
  try {
    parseProxyUrl(input as string);
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
