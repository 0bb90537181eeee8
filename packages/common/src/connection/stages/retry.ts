/** Sends again what may be sent again, as long as that can help. */
import { addHint, isSdkError } from '../../errors.js';
import type { ResponseError, SdkError, TransportError } from '../../errors.js';
import { CLOSED_FIELD } from '../../transport/closed.js';
import type { Next, RequestContext } from '../context.js';
import { pause } from '../pause.js';
import { totalPassed } from './total.js';
import { ONE_SHOT_HINT } from '../content/body.js';
import { notesOf } from '../error-notes.js';
import type { SdkResponse } from '../request-spec.js';

/** Statuses after which a later attempt may succeed. 429 is handled separately: it says that nothing was processed. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);

/** Repeats an attempt that failed, under the rules of `context.retry` and the budget that all requests share. */
export async function retry(context: RequestContext, next: Next): Promise<SdkResponse> {
  const budget = context.settings.budgetFor(context.retry);
  let taken: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await next({ ...context, attempt });
      budget.succeeded(taken);
      return answer;
    } catch (error) {
      if (!isSdkError(error)) throw error;
      // If the driver was closed, the error says that, and not that the provider failed.
      if (isSdkError(error, 'SDK_CONNECTION') || isClosed(error))
        context.settings.checkOpen(context.journal, error);
      const delayMs = delayBeforeNext(context, error, attempt);
      if (delayMs === undefined) throw withAttempts(error, context, attempt);
      if (context.deadlineAt !== undefined && performance.now() + delayMs >= context.deadlineAt) {
        // The provider's error says more than a timeout would: it tells how long the pause would have been.
        throw withAttempts(
          retryAfterOf(error) === undefined ? totalPassed(context, error) : error,
          context,
          attempt,
        );
      }
      taken = budget.take(error.code === 'SDK_TIMEOUT');
      if (taken === undefined) throw withAttempts(error, context, attempt);
      context.journal.delayed(delayMs);
      await pauseWhileOpen(context, delayMs);
    }
  }
}

/** Whether a transport said that it is closed. */
function isClosed(error: SdkError): boolean {
  return isSdkError(error, 'SDK_CONFIGURATION') && error.field === CLOSED_FIELD;
}

/** Closing the driver ends the pause before a repetition. */
async function pauseWhileOpen(
  { settings, signal, journal }: RequestContext,
  delayMs: number,
): Promise<void> {
  try {
    await pause(delayMs, signal, settings.closing);
  } catch (reason) {
    settings.checkOpen(journal);
    throw reason;
  }
}

/** How long to wait before the next attempt; `undefined`: do not repeat. */
function delayBeforeNext(
  context: RequestContext,
  error: SdkError,
  attempt: number,
): number | undefined {
  const { attempts, baseDelayMs, maxDelayMs, maxRetryAfterMs } = context.retry;
  if (attempt >= attempts || !mayRepeat(context, error, attempt)) return undefined;
  if (context.body?.canOpen() === false) {
    addHint(error, ONE_SHOT_HINT);
    return undefined;
  }
  const asked = retryAfterOf(error);
  if (asked !== undefined) return asked <= maxRetryAfterMs ? asked : undefined;
  // Full jitter: clients that failed together do not come back together.
  return Math.floor(Math.random() * (Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)) + 1));
}

function mayRepeat(context: RequestContext, error: SdkError, attempt: number): boolean {
  const told = context.hooks.retryable(error, attempt);
  if (told === false) return false;
  const { processed, unprocessed } = notesOf(error);
  if (processed === true && !context.idempotent) return false;
  if ('requestSent' in error) {
    const { requestSent, retryable } = error as SdkError as TransportError;
    if (isSdkError(error, 'SDK_TIMEOUT') && error.phase === 'total') return false;
    return (told ?? retryable) && (requestSent === 'no' || context.idempotent);
  }
  if (!('status' in error)) return false;
  const { status } = error as ResponseError;
  if (unprocessed === false) return told === true;
  if (told === true || unprocessed === true || status === 429) return true;
  return context.idempotent && PASSING.has(status) && error.code !== 'SDK_MALFORMED_RESPONSE';
}

function retryAfterOf(error: SdkError): number | undefined {
  return (error as { retryAfterMs?: number }).retryAfterMs;
}

/** If an attempt ends before it is recorded (for example because no proxy can be named), the error lists those before it. */
function withAttempts(error: SdkError, context: RequestContext, attempt: number): SdkError {
  if (context.journal.count > 1 || (attempt > 1 && context.journal.count > 0))
    error.attempts = context.journal.attempts;
  return error;
}
