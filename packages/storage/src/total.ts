/** One total for a call that takes several requests. */
import { onAbort, TimeoutError } from '@sdk/common';
import type { CallOptions } from '@sdk/common';

/**
 * Runs a call whose requests all end with the caller's signal, or when the total of the call has passed.
 * @param totalMs of the call, else of the driver
 * @param run gets the options for its requests, and the controller that ends them all
 * @throws TimeoutError of the phase `total`; `signal.reason` of the caller
 */
export async function underTotal<T, C extends CallOptions>(
  call: C,
  totalMs: number | undefined,
  run: (call: C, stop: AbortController) => Promise<T>,
): Promise<T> {
  const { signal } = call;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const stopListening = signal && onAbort(signal, () => stop.abort(signal.reason));
  const timer =
    totalMs !== undefined ? setTimeout(() => stop.abort(totalPassed(totalMs)), totalMs) : undefined;
  try {
    return await run({ ...call, signal: stop.signal }, stop);
  } finally {
    clearTimeout(timer);
    stopListening?.();
  }
}

/** What ends a call that took too long. */
export function totalPassed(totalMs: number): TimeoutError {
  return new TimeoutError(`The call took longer than its total of ${totalMs} ms`, {
    phase: 'total',
    timeoutMs: totalMs,
    requestSent: 'maybe',
    retryable: false,
    hint: 'timeouts.totalMs bounds the whole call, all its requests included.',
  });
}
