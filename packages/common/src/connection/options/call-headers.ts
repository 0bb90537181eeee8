/** `headers` of a call: which ones the caller may set, and which ones only the SDK may. */
import { ConfigurationError } from '../../errors.js';
import type { HeaderBag, HeaderRecord } from '../content/header-bag.js';
import { checkRecord } from '../../option-keys.js';

/** These frame the message or belong to one hop; a wrong one would garble the connection (RFC 9110 §7.6.1, RFC 9112). */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/**
 * Adds a caller's headers to those of the request; of equal names the caller's replaces the other.
 * @throws ConfigurationError that names the header.
 */
export function addCallHeaders(bag: HeaderBag, headers: HeaderRecord): void {
  checkRecord(headers, 'headers', 'names and values');
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    if (OURS.has(name.toLowerCase())) {
      throw new ConfigurationError(`The header ${name} is set by the SDK and cannot be given`, {
        field: `headers.${name}`,
        hint: 'Leave it out: Host comes from the endpoint, the framing from the body.',
      });
    }
    bag.set(name, value);
  }
}
