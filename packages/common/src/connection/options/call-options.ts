/** Separates the options of a call from a driver method's own options. */
import { checkKeys as checkMembers, checkRecord } from '../../option-keys.js';
import type { CallOptions } from './options.js';
import { CALL_KEYS } from './options.js';
import { deadlineOf, withDeadline } from './shared-deadline.js';

/**
 * The call's part of a method's options; `undefined` where there is none. Own members only.
 * @throws ConfigurationError where they are no plain record.
 */
export function callOptions(options: CallOptions | undefined): CallOptions | undefined {
  if (options === undefined) return undefined;
  checkRecord(options, 'call options');
  let call: Record<string, unknown> | undefined;
  for (const key of Object.keys(options)) {
    if (!CALL_KEYS.includes(key)) continue;
    call ??= {};
    call[key] = options[key as keyof CallOptions];
  }
  const deadline = deadlineOf(options);
  return deadline === undefined ? call : withDeadline(call ?? {}, deadline);
}

/**
 * Refuses options that a method does not know, by name, with the nearest known one:
 * `checkKeys(options, [...CALL_KEYS, 'tagName'], 'listNodes')`.
 * @throws ConfigurationError
 */
export function checkKeys(options: object, known: readonly string[], where: string): void {
  // The type assertion is made here: in a driver it would make every member of its options `unknown`.
  checkMembers(options, known, where);
}
