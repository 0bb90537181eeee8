/** Warns before credentials are sent unencrypted. */
import type { Origin } from '../../route/origin.js';
import { holdsCredentials } from '../content/credential-headers.js';
import type { RequestContext } from '../context.js';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Warns once for each origin that credentials are sent to it in clear text: over `http:`, and neither to this machine nor by a
 * unix socket. It is only a warning, since an appliance in a closed network may have no TLS.
 */
export function tellInClear(
  { settings, origin, route }: RequestContext,
  headers: readonly string[],
): void {
  if (!travelsInClear(origin) || !holdsCredentials(headers)) return;
  if (route?.way === 'direct' && settings.transport.socketPath !== undefined) return;
  settings.warnOnce(
    `Credentials go to ${origin.href} in clear, where anybody on the way can read them; write https:// in the endpoint`,
    { code: 'SDK_CREDENTIALS_IN_CLEAR', origin: origin.href },
  );
}

function travelsInClear({ protocol, hostname }: Origin): boolean {
  return protocol === 'http:' && !LOOPBACK.test(hostname);
}
