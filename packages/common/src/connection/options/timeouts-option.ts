/** `timeouts`: checks each member and merges them over the settings of the driver. */
import { ConfigurationError } from '../../errors.js';
import { LONGEST_TIMER_MS, type Timeouts } from '../../transport/timeouts.js';
import type { TimeoutSettings } from './options.js';
import { checkKeys, seen } from '../../option-keys.js';

const NAMES = ['poolMs', 'connectMs', 'proxyMs', 'headersMs', 'idleMs', 'totalMs'] as const;

/**
 * `base` with the members that `setting` gives. A given `totalMs` replaces the base's.
 * @throws ConfigurationError that names the member.
 */
export function withTimeouts(base: Timeouts, setting: TimeoutSettings | undefined): Timeouts {
  if (setting === undefined) return base;
  const total = typeof setting === 'number' && setting > 0 ? setting : 30_000;
  checkKeys(setting, NAMES, 'timeouts', `Write timeouts: { totalMs: ${total} }.`);
  const merged: { -readonly [K in keyof Timeouts]: Timeouts[K] } = { ...base };
  for (const name of NAMES) {
    if (!Object.hasOwn(setting, name)) continue;
    const value = setting[name];
    if (value === undefined) continue;
    merged[name] = checkDuration(value, `timeouts.${name}`);
  }
  return Object.freeze(merged);
}

/**
 * A number of milliseconds that a timer can hold.
 * @throws ConfigurationError that names `field`.
 */
export function checkDuration(value: unknown, field: string): number {
  if (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER_MS) return value;
  throw new ConfigurationError(
    `${field} must be a number of milliseconds above 0 and up to ${LONGEST_TIMER_MS}, not ${seen(value)}`,
    { field, hint: `Leave ${field} out to get its default.` },
  );
}
