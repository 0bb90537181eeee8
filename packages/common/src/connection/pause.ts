/** Waiting for time to pass. */
import { onAbort } from '../abort.js';

/** A pause that each of the signals can end, with its own reason. */
export function pause(
  delayMs: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  return new Promise((resolve, reject) => {
    const given = signals.filter((signal) => signal !== undefined);
    const aborted = given.find((signal) => signal.aborted);
    if (aborted !== undefined) {
      reject(aborted.reason);
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      for (const stopListening of listening) stopListening();
    };
    const timer = setTimeout(() => {
      finish();
      resolve();
    }, delayMs);
    const listening = given.map((signal) =>
      onAbort(signal, () => {
        finish();
        reject(signal.reason);
      }),
    );
  });
}
