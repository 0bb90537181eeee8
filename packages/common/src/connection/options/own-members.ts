/** Options are copied as own members before they are read, so that nothing on `Object.prototype` can speak. */
import { checkRecord } from '../../option-keys.js';

/**
 * A copy that holds own members only and inherits from nothing.
 * @throws ConfigurationError where `options` is no object.
 */
export function ownMembers<T extends object>(options: T, name: string): T {
  checkRecord(options, name);
  return Object.assign(Object.create(null), options) as T;
}
