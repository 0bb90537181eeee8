/** What the SDK calls itself. */
import { ConfigurationError } from '../../errors.js';
import { kindOf } from '../../option-keys.js';

/** The version of this package; a test compares it with package.json. */
export const VERSION = '0.0.0';

const OWN = `sdk-common/${VERSION} node/${process.versions.node}`;

/**
 * `<yours> sdk-common/<version> node/<version>`.
 * @throws ConfigurationError for what cannot be in a header.
 */
export function userAgentOf(own: string | undefined): string {
  if (own === undefined) return OWN;
  if (typeof own !== 'string' || !/^[\x20-\x7e]+$/.test(own) || own.trim() === '') {
    throw new ConfigurationError(
      typeof own === 'string'
        ? 'userAgent must be visible ASCII on one line, and not blank'
        : `userAgent must be a string, not ${kindOf(own)}`,
      { field: 'userAgent', hint: "Name your program, such as userAgent: 'backup-tool/2.1'." },
    );
  }
  return `${own.trim()} ${OWN}`;
}
