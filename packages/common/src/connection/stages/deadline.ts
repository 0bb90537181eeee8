/** The total of a call: from the first stage to the last byte of the answer, pauses and credentials included. */
import { onAbort } from '../../abort.js';
import { isSdkError, TimeoutError } from '../../errors.js';
import type { RequestContext, Next } from '../context.js';
import type { SdkResponse } from '../request-spec.js';
import { HookFailure } from './hook-failure.js';

/** Starts the clock; whatever fails below, an abort comes back as the caller's own reason, and the body is let go. */
export async function deadline(context: RequestContext, next: Next): Promise<SdkResponse> {
  const { totalMs } = context.timeouts;
  try {
    return await next(
      totalMs === undefined ? context : { ...context, deadlineAt: performance.now() + totalMs },
    );
  } catch (failure) {
    const error: unknown = failure instanceof HookFailure ? failure.error : failure;
    context.body?.discard();
    if (context.signal?.aborted) throw context.signal.reason;
    tellWholeTotal(error, totalMs);
    throw error;
  }
}

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

/**
 * Waits for what a hook, a selector or a transport promised, but no longer than the signal and the total allow.
 * @param graceMs how much longer than the total, for a promise that watches it, too.
 */
export function interruptible<T>(
  promise: PromiseLike<T>,
  context: RequestContext,
  graceMs = 0,
): Promise<T> {
  const { signal, deadlineAt } = context;
  if (signal === undefined && deadlineAt === undefined) return Promise.resolve(promise);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      // By the hook itself, say: an abort that has been is told to nobody.
      void Promise.resolve(promise).catch(ignore);
      reject(signal.reason);
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      stopListening?.();
    };
    const timer =
      deadlineAt === undefined
        ? undefined
        : setTimeout(
            () => {
              finish();
              reject(totalPassed(context));
            },
            Math.max(0, deadlineAt - performance.now()) + graceMs,
          );
    const stopListening =
      signal &&
      onAbort(signal, () => {
        finish();
        reject(signal.reason);
      });
    promise.then(
      (value) => {
        finish();
        resolve(value);
      },
      (error: unknown) => {
        finish();
        reject(error);
      },
    );
  });
}

/** A pause that the signal can end, with its own reason. */
export function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(() => {
      stopListening?.();
      resolve();
    }, delayMs);
    const stopListening =
      signal &&
      onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
  });
}

function ignore(): void {}
