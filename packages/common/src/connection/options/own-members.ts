/** Copies the own members of options before they are read, so that nothing on `Object.prototype` counts as an option. */
import { checkRecord } from '../../option-keys.js';

/**
 * A copy that holds own members only and inherits from nothing.
 * @throws ConfigurationError if `options` is no object.
 */
export function ownMembers<T extends object>(options: T, name: string): T {
  checkRecord(options, name);
  return Object.assign(Object.create(null), options) as T;
}
