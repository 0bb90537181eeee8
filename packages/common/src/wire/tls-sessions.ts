/** TLS sessions, which make the next handshake with the same peer short, and the peers that cannot resume them. */
import { BoundedMap } from '../bounded-map.js';
import { isTlsAlert } from './node-error.js';

const REFUSED = Symbol('refused');

/** By peer, route and TLS identity. */
const sessions = new BoundedMap<string, Buffer | typeof REFUSED>(1_000);

/** Failures of handshakes that offered a session. */
const resumptions = new WeakSet<object>();

/** The session to offer; `undefined` where none is known, or the peer fails on them. */
export function sessionFor(key: string): Buffer | undefined {
  const known = sessions.get(key);
  return known === REFUSED ? undefined : known;
}

export function keepSession(key: string, session: Buffer): void {
  if (sessions.get(key) !== REFUSED) sessions.set(key, session);
}

/**
 * Call this when a handshake that offered a session failed. An OpenSSL server that verifies client certificates and has no
 * session id context (squid with its default settings is one) hands out sessions, then answers an attempt to resume one with
 * an alert. Such a peer is never offered a session again.
 */
export function resumptionFailed(key: string, cause: Error): void {
  if (!isTlsAlert(cause)) return sessions.delete(key);
  sessions.set(key, REFUSED);
  ofResumption(cause);
}

/** Marks an error of the SDK whose cause is a handshake that offered a session and failed. */
export function ofResumption(failure: object): void {
  resumptions.add(failure);
}

/** Whether the offered session may have caused the alert that ended a handshake. The next handshake offers none, so it may succeed. */
export function mayBeOfResumption(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && resumptions.has(cause);
}
