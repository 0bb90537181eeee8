/** Publishing: an event is made only where somebody listens. */
import { channel } from 'node:diagnostics_channel';
import { CHANNELS, type AttemptEvent, type SocketEvent, type WarningEvent } from './events.js';

// Held here for good: Node forgets a channel that nobody holds.
const attempts = channel(CHANNELS.attempt);
const sockets = channel(CHANNELS.socket);
const warnings = channel(CHANNELS.warning);

/** Tells the end of an attempt; `make` is asked only where somebody listens. A subscriber's own failure is Node's to tell. */
export function publishAttempt(make: () => AttemptEvent): void {
  if (attempts.hasSubscribers) attempts.publish(Object.freeze(make()));
}

/** Tells what became of a socket; `make` is asked only where somebody listens. */
export function publishSocket(make: () => SocketEvent): void {
  if (sockets.hasSubscribers) sockets.publish(Object.freeze(make()));
}

/** Tells of something that works, and should be mended. */
export function publishWarning(warning: WarningEvent): void {
  if (warnings.hasSubscribers) warnings.publish(Object.freeze({ ...warning }));
}
