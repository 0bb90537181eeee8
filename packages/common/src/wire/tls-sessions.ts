/** TLS sessions, so that the next handshake with the same peer is a short one; and the peers that cannot resume them. */
import { BoundedMap } from '../bounded-map.js';
import { isTlsAlert } from './node-error.js';

const REFUSED = Symbol('refused');

/** By peer, way and TLS identity. */
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
 * A handshake that offered a session failed. OpenSSL's servers that verify client certificates without a session id
 * context, squid as it comes among them, hand out sessions and answer their return with an alert: such a peer is offered
 * none again.
 */
export function resumptionFailed(key: string, cause: Error): void {
  if (!isTlsAlert(cause)) return sessions.delete(key);
  sessions.set(key, REFUSED);
  ofResumption(cause);
}

/** Marks a failure that stands for such a one. */
export function ofResumption(failure: object): void {
  resumptions.add(failure);
}

/** Whether a handshake failed by an alert that the session may have caused: the next one offers none, and may succeed. */
export function mayBeOfResumption(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && resumptions.has(cause);
}
