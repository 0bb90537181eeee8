import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isSdkError } from '../../src/errors.js';
import { resolveProxy } from '../../src/proxy/resolve.js';

interface Vector {
  env: Record<string, string>;
  url: string;
  expected: string;
  variable: string | null;
  bypassedBy?: string;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/environment.json', import.meta.url), 'utf8'),
) as Vector[];

describe('the examples of environments', () => {
  test.each(vectors)('$note', ({ env, url, expected, variable, bypassedBy }) => {
    if (expected === 'ERROR') {
      const error = refusal(() => resolveProxy(url, { env }));
      expect(error.field).toBe(variable);
      expect(error.message).toContain(variable);
      return;
    }
    const decision = resolveProxy(url, { env });
    expect(decision.proxy?.href ?? 'DIRECT').toBe(expected);
    expect(decision.variable ?? null).toBe(variable);
    expect(decision.bypassedBy).toBe(bypassedBy);
    expect(decision.decidedBy).toBe(variable === null ? 'default' : 'env');
  });
});

function refusal(action: () => unknown): { field?: string; message: string } {
  try {
    action();
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
