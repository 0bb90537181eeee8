/** The error of a call that took longer than its total. */
import { isSdkError, TimeoutError } from '../../errors.js';
import type { RequestContext } from '../context.js';

/** @throws TimeoutError if the total has passed. */
export function checkTotal(context: RequestContext): void {
  const { deadlineAt } = context;
  if (deadlineAt !== undefined && performance.now() >= deadlineAt) throw totalPassed(context);
}

/** The error for a total that has passed, or would pass before the next attempt. */
export function totalPassed(context: RequestContext, cause?: unknown): TimeoutError {
  const totalMs = context.timeouts.totalMs as number;
  return new TimeoutError(
    cause === undefined
      ? `The call to ${context.origin.href} took longer than its total of ${totalMs} ms`
      : `The call to ${context.origin.href} would take longer than its total of ${totalMs} ms: the next attempt would come too late`,
    {
      phase: 'total',
      timeoutMs: totalMs,
      requestSent: requestSentBy(cause),
      retryable: false,
      hint: 'timeouts.totalMs limits the whole call, including retries and pauses.',
      decision: context.decision ?? (isSdkError(cause) ? cause.decision : undefined),
      cause,
    },
  );
}

function requestSentBy(cause: unknown): 'no' | 'maybe' | 'yes' {
  if (cause === undefined) return 'maybe';
  return isSdkError(cause) && 'requestSent' in cause
    ? (cause.requestSent as 'no' | 'maybe' | 'yes')
    : 'yes';
}
