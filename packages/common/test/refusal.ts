import { inspect } from 'node:util';
import type { ConfigurationError } from '../src/errors.js';
import { isSdkError } from '../src/errors.js';

/** The ConfigurationError that an action throws; anything else fails the test. */
export function refusal(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** All that an error, or any other value, shows of itself. */
export function shownBy(value: unknown): string {
  return [
    String(value),
    JSON.stringify(value),
    inspect(value, { showHidden: true, getters: true, depth: 10 }),
    value instanceof Error ? value.message : '',
  ].join('\n');
}
