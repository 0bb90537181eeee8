/** `retry`: checks each member and merges them over the settings of the driver. */
import { ConfigurationError } from '../../errors.js';
import { LONGEST_TIMER_MS } from '../../transport/timeouts.js';
import type { RetryOptions, RetrySetting } from './options.js';
import { DEFAULT_RETRY } from './options.js';
import { checkKeys, seen } from '../../option-keys.js';

const NAMES = ['attempts', 'baseDelayMs', 'maxDelayMs', 'maxRetryAfterMs', 'budget'] as const;

/** The meaning of `retry: false`. */
const NEVER: RetryOptions = Object.freeze({ ...DEFAULT_RETRY, attempts: 1 });

/**
 * `base` with the members that `setting` gives.
 * @throws ConfigurationError that names the member.
 */
export function withRetry(base: RetryOptions, setting: RetrySetting | undefined): RetryOptions {
  if (setting === undefined) return base;
  if (setting === false) return NEVER;
  if (typeof setting !== 'object' || setting === null || Array.isArray(setting)) {
    throw new ConfigurationError(
      `retry must be false or an object of options, not ${seen(setting)}`,
      {
        field: 'retry',
        hint: `Write retry: false, or retry: { attempts: ${timesOf(setting)} }.`,
      },
    );
  }
  checkKeys(setting, NAMES, 'retry');
  const merged: { -readonly [K in keyof RetryOptions]: number } = { ...base };
  for (const name of NAMES) {
    if (!Object.hasOwn(setting, name)) continue;
    const value = setting[name];
    if (value !== undefined) merged[name] = checked(name, value);
  }
  return Object.freeze(merged);
}

/** The number that was meant as `attempts`, or one for an example. */
function timesOf(setting: unknown): number {
  return Number.isInteger(setting) && (setting as number) >= 1 ? (setting as number) : 5;
}

function checked(name: keyof RetryOptions, value: unknown): number {
  const field = `retry.${name}`;
  if (name === 'attempts') {
    if (Number.isInteger(value) && (value as number) >= 1) return value as number;
    throw new ConfigurationError(`${field} must be a whole number from 1, not ${seen(value)}`, {
      field,
      hint: 'The first time counts too: with 1, or retry: false, nothing is sent twice.',
    });
  }
  const most = name === 'budget' ? Infinity : LONGEST_TIMER_MS;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  const unit = name === 'budget' ? 'a number' : 'a number of milliseconds';
  throw new ConfigurationError(`${field} must be ${unit} from 0, not ${seen(value)}`, { field });
}
