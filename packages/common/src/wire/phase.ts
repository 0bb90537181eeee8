/** One phase of a dial: limited in time, abortable, and closing its socket on every failure. */
import type { Socket } from 'node:net';
import { onAbort } from '../abort.js';
import { ignore } from '../ignore.js';
import { patientTimeout } from '../patient-timeout.js';

/** What limits a phase. */
export interface PhaseLimits {
  readonly timeoutMs: number;
  /** Makes the error of the timer. */
  readonly timedOut: () => Error;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work`, which passes each socket that it opens to `hold`. When the timer fires, the signal aborts or `work` fails,
 * the socket held is destroyed and the promise rejects: with the timer's error, the signal's own reason, or the failure.
 */
export function runPhase<T>(
  limits: PhaseLimits,
  work: (hold: (socket: Socket) => void) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { signal } = limits;
    let held: Socket | undefined;
    let over = false;
    const settle = (): boolean => {
      if (over) return false;
      over = true;
      stopTimer();
      stopListening?.();
      return true;
    };
    const fail = (reason: unknown): void => {
      if (!settle()) return;
      held?.destroy();
      // The caller's own reason is rejected with as it is.
      reject(reason);
    };
    const stopTimer = patientTimeout(() => fail(limits.timedOut()), limits.timeoutMs);
    const stopListening = signal && onAbort(signal, () => fail(signal.reason));
    if (signal?.aborted) return fail(signal.reason);
    const hold = (socket: Socket): void => {
      held = socket;
      // While `work` waits for a token nobody listens to the socket, and a peer's reset must not end the process.
      socket.on('error', ignore);
      if (over) socket.destroy();
    };
    work(hold).then((value) => {
      if (settle()) resolve(value);
    }, fail);
  });
}
