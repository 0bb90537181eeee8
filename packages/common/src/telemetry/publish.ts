/** Publishes events. An event is made only if somebody listens. */
import { channel } from 'node:diagnostics_channel';
import { CHANNELS, type AttemptEvent, type SocketEvent, type WarningEvent } from './events.js';

// Referenced here permanently: Node drops a channel that nobody references.
const attempts = channel(CHANNELS.attempt);
const sockets = channel(CHANNELS.socket);
const warnings = channel(CHANNELS.warning);

/** Whether somebody listens to attempts; otherwise no event needs to be made. */
export function attemptsAreWatched(): boolean {
  return attempts.hasSubscribers;
}

/** Publishes the end of an attempt. If a subscriber throws, Node reports it. */
export function publishAttempt(event: AttemptEvent): void {
  attempts.publish(Object.freeze(event));
}

/** Whether somebody listens to sockets; otherwise no event needs to be made. */
export function socketsAreWatched(): boolean {
  return sockets.hasSubscribers;
}

/** Publishes that a socket has opened, failed to open or closed. */
export function publishSocket(event: SocketEvent): void {
  sockets.publish(Object.freeze(event));
}

/** Publishes a warning of something that works, but should be corrected. */
export function publishWarning(warning: WarningEvent): void {
  if (warnings.hasSubscribers) warnings.publish(Object.freeze({ ...warning }));
}
