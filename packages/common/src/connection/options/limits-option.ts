/** `limits`: how many requests one connection sends at a time. */
import { ConfigurationError } from '../../errors.js';
import { checkKeys, own, seen } from '../../option-keys.js';
import type { LimitOptions } from './options.js';

/** The same, checked. */
export interface Limits {
  /** `Infinity` where it is not limited. */
  readonly concurrent: number;
  /** `Infinity` where it is not limited. */
  readonly perSecond: number;
  readonly burst: number;
}

const NAMES = ['concurrent', 'perSecond', 'burst'] as const;

/**
 * The limits that were asked for; `undefined` where none were.
 * @throws ConfigurationError that names the member.
 */
export function checkedLimits(setting: LimitOptions | undefined): Limits | undefined {
  if (setting === undefined) return undefined;
  const given: LimitOptions = setting;
  checkKeys(setting, NAMES, 'limits');
  const concurrent = own(given, 'concurrent');
  const perSecond = own(given, 'perSecond');
  const burst = own(given, 'burst');
  if (concurrent !== undefined) requireWhole('limits.concurrent', concurrent);
  if (perSecond !== undefined && !(Number.isFinite(perSecond) && perSecond > 0)) {
    throw new ConfigurationError(
      `limits.perSecond must be a number above 0, not ${seen(perSecond)}`,
      {
        field: 'limits.perSecond',
        hint: 'One every ten seconds is 0.1; leave it out for no limit.',
      },
    );
  }
  if (burst !== undefined) requireWhole('limits.burst', burst);
  if (burst !== undefined && perSecond === undefined) {
    throw new ConfigurationError('limits.burst has no meaning without limits.perSecond', {
      field: 'limits.burst',
      hint: 'Give limits.perSecond too. How many may run at once is limits.concurrent.',
    });
  }
  if (concurrent === undefined && perSecond === undefined) return undefined;
  return Object.freeze({
    concurrent: concurrent ?? Infinity,
    perSecond: perSecond ?? Infinity,
    burst: burst ?? 1,
  });
}

function requireWhole(field: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  throw new ConfigurationError(`${field} must be a whole number from 1, not ${seen(value)}`, {
    field,
    hint: 'Leave it out for its default.',
  });
}
