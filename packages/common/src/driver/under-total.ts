/** One total for a call that takes several requests, or does more than send requests. */
import { onAbort } from '../abort.js';
import { checkedSignal } from '../connection/options/option-objects.js';
import type { CallOptions } from '../connection/options/options.js';
import type { Settings } from '../connection/settings/settings.js';
import { deadlineOf, withDeadline } from '../connection/options/shared-deadline.js';
import { withTimeouts } from '../connection/options/timeouts-option.js';
import { TimeoutError } from '../errors.js';
import { checkRecord, own } from '../option-keys.js';

/** A request's own word on the total says more than ours, the way it went for one: it is waited for this long. */
const GRACE_MS = 20;

/**
 * Runs what sends several requests with options under which they all end at one moment. Each ends by its own timer, so that
 * its error tells the way, and a pause that would outlast the call is not begun.
 */
export async function underTotal<T, C extends CallOptions>(
  settings: Settings,
  call: C,
  run: (call: C) => Promise<T>,
): Promise<T> {
  const totalMs = totalMsOf(settings, call);
  if (totalMs === undefined || deadlineOf(call) !== undefined) return run(call);
  return run(withDeadline(call, performance.now() + totalMs));
}

/** The same for what also reads, writes or waits, which has no timer of its own: it is told by a signal. */
export async function withStop<T, C extends CallOptions>(
  settings: Settings,
  given: C,
  run: (call: C, stop: AbortController) => Promise<T>,
): Promise<T> {
  return underTotal(settings, given, async (call) => {
    const signal = checkedSignal(own(call, 'signal'));
    signal?.throwIfAborted();
    const stop = new AbortController();
    const stopListening = signal && onAbort(signal, () => stop.abort(signal.reason));
    const deadlineAt = deadlineOf(call);
    const timer =
      deadlineAt === undefined
        ? undefined
        : setTimeout(
            () => stop.abort(totalPassed(totalMsOf(settings, call) as number)),
            deadlineAt - performance.now() + GRACE_MS,
          );
    try {
      return await run({ ...call, signal: stop.signal }, stop);
    } finally {
      clearTimeout(timer);
      stopListening?.();
    }
  });
}

/** What ends a call that took longer than its total, where no request is there to say so. */
export function totalPassed(totalMs: number): TimeoutError {
  return new TimeoutError(`The call took longer than its total of ${totalMs} ms`, {
    phase: 'total',
    timeoutMs: totalMs,
    requestSent: 'maybe',
    retryable: false,
    hint: 'timeouts.totalMs bounds the whole call, all its requests included.',
  });
}

/** @throws ConfigurationError for what is no options, or no total. */
function totalMsOf(settings: Settings, call: CallOptions): number | undefined {
  const given: unknown = call;
  checkRecord(given, 'call options');
  return withTimeouts(settings.timeouts, own(call, 'timeouts')).totalMs;
}
