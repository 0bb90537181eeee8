/** Publishing: an event is to be made only where somebody listens. */
import { channel } from 'node:diagnostics_channel';
import { CHANNELS, type AttemptEvent, type SocketEvent, type WarningEvent } from './events.js';

// Held here for good: Node forgets a channel that nobody holds.
const attempts = channel(CHANNELS.attempt);
const sockets = channel(CHANNELS.socket);
const warnings = channel(CHANNELS.warning);

/** Whether somebody listens to attempts; else the event need not be made. */
export function attemptsAreWatched(): boolean {
  return attempts.hasSubscribers;
}

/** Tells the end of an attempt. A subscriber's own failure is Node's to tell. */
export function publishAttempt(event: AttemptEvent): void {
  attempts.publish(Object.freeze(event));
}

/** Whether somebody listens to sockets; else the event need not be made. */
export function socketsAreWatched(): boolean {
  return sockets.hasSubscribers;
}

/** Tells what became of a socket. */
export function publishSocket(event: SocketEvent): void {
  sockets.publish(Object.freeze(event));
}

/** Tells of something that works, and should be mended. */
export function publishWarning(warning: WarningEvent): void {
  if (warnings.hasSubscribers) warnings.publish(Object.freeze({ ...warning }));
}
