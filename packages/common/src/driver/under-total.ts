/** One total for a call that sends several requests, or does more than send requests. */
import { following, onAbort } from '../abort.js';
import { checkedSignal } from '../connection/options/option-objects.js';
import type { CallOptions } from '../connection/options/options.js';
import type { Settings } from '../connection/settings/settings.js';
import { deadlineOf, withDeadline } from '../connection/options/shared-deadline.js';
import { withTimeouts } from '../connection/options/timeouts-option.js';
import { ConfigurationError, TimeoutError } from '../errors.js';
import { checkRecord, own } from '../option-keys.js';
import { msUntil } from '../transport/timeouts.js';

/** A request's own error for the total says more than ours (which way it went, for example), so it gets this much longer. */
const GRACE_MS = 20;

/**
 * Calls `run` with options that give all its requests one deadline. Each request ends by its own timer, so that its error says
 * which way it went, and so that no pause begins that would last longer than the call.
 */
export async function underTotal<T, C extends CallOptions>(
  settings: Settings,
  call: C,
  run: (call: C) => Promise<T>,
): Promise<T> {
  const totalMs = totalMsOf(settings, call);
  if (totalMs === undefined || deadlineOf(call) !== undefined) return run(call);
  return run(withDeadline(call, { at: performance.now() + totalMs, totalMs }));
}

/** The same for work that also reads, writes or waits and so has no timer of its own: a signal ends it. */
export async function withStop<T, C extends CallOptions>(
  settings: Settings,
  given: C,
  run: (call: C, stop: AbortController) => Promise<T>,
): Promise<T> {
  return underTotal(settings, given, async (call) => {
    const signal = checkedSignal(own(call, 'signal'));
    signal?.throwIfAborted();
    const [stop, stopListening] = following(signal);
    const stopWaiting = onAbort(settings.closing, () => stop.abort(closedMeanwhile()));
    const deadline = deadlineOf(call);
    const timer =
      deadline &&
      setTimeout(() => stop.abort(totalPassed(deadline.totalMs)), msUntil(deadline.at + GRACE_MS));
    try {
      return await run({ ...call, signal: stop.signal }, stop);
    } finally {
      clearTimeout(timer);
      stopListening();
      stopWaiting();
    }
  });
}

function closedMeanwhile(): ConfigurationError {
  return new ConfigurationError('This driver was closed while the call was under way', {
    field: 'close',
    hint: 'Close it when all calls have ended, and look at what this one has changed.',
  });
}

/** The error for a call that took longer than its total, if no request of it reports that. */
export function totalPassed(totalMs: number): TimeoutError {
  return new TimeoutError(`The call took longer than its total of ${totalMs} ms`, {
    phase: 'total',
    timeoutMs: totalMs,
    requestSent: 'maybe',
    retryable: false,
    hint: 'timeouts.totalMs limits the whole call, including all its requests.',
  });
}

/** @throws ConfigurationError if the options or the total are not valid. */
function totalMsOf(settings: Settings, call: CallOptions): number | undefined {
  const given: unknown = call;
  checkRecord(given, 'call options');
  return withTimeouts(settings.timeouts, own(call, 'timeouts')).totalMs;
}
