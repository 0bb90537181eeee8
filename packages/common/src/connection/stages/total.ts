/** What is left of a call's total, and the error where nothing is. */
import { isSdkError, TimeoutError } from '../../errors.js';
import type { RequestContext } from '../context.js';

/**
 * The transport knows only what was left of the total when it was asked; the caller knows the total. The error is changed
 * in place: where it ends a stream, the same object is on its way to whoever reads that.
 */
export function tellWholeTotal(error: unknown, totalMs: number | undefined): void {
  if (totalMs === undefined || !isSdkError(error, 'SDK_TIMEOUT')) return;
  const { phase, timeoutMs, message, stack } = error;
  if (phase !== 'total' || timeoutMs === totalMs) return;
  const whole = message.replace(`of ${timeoutMs} ms`, `of ${totalMs} ms`);
  Object.assign(error, {
    timeoutMs: totalMs,
    message: whole,
    stack: stack?.replace(message, whole),
  });
}

/** What is left of the total; `undefined` where there is none. @throws TimeoutError where it has passed. */
export function leftMs(context: RequestContext): number | undefined {
  if (context.deadlineAt === undefined) return undefined;
  const left = Math.ceil(context.deadlineAt - performance.now());
  if (left <= 0) throw totalPassed(context);
  return left;
}

/** The total has passed, or will have before anything more can be done. */
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
      hint: 'timeouts.totalMs bounds the whole call, retries and pauses included.',
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
