/** One total for a call that takes several requests. */
import { onAbort, TimeoutError } from '@sdk/common';
import type { CallOptions } from '@sdk/common';

/** The longest that a timer of Node's holds; what is no such number is refused by the first request. */
const LONGEST_MS = 2_147_483_647;

/**
 * Runs a call whose requests all end with the caller's signal, or when the total of the call has passed.
 * @param totalMs of the call, else of the driver
 * @param run gets the options for its requests, and the controller that ends them all
 * @throws TimeoutError of the phase `total`; `signal.reason` of the caller
 */
export async function underTotal<T>(
  call: CallOptions,
  totalMs: number | undefined,
  run: (call: CallOptions, stop: AbortController) => Promise<T>,
): Promise<T> {
  const { signal } = call;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const stopListening = signal && onAbort(signal, () => stop.abort(signal.reason));
  const timer =
    totalMs !== undefined && totalMs > 0 && totalMs <= LONGEST_MS
      ? setTimeout(() => stop.abort(totalPassed(totalMs)), totalMs)
      : undefined;
  try {
    return await run({ ...call, signal: stop.signal }, stop);
  } finally {
    clearTimeout(timer);
    stopListening?.();
  }
}

function totalPassed(totalMs: number): TimeoutError {
  return new TimeoutError(`The call took longer than its total of ${totalMs} ms`, {
    phase: 'total',
    timeoutMs: totalMs,
    requestSent: 'maybe',
    retryable: false,
    hint: 'timeouts.totalMs bounds the whole call, all its requests included.',
  });
}
