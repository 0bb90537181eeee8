/** The total of a call: from the first stage to the last byte of the answer, pauses and credentials included. */
import type { RequestContext, Next } from '../context.js';
import type { SdkResponse } from '../request-spec.js';
import { HookFailure } from './hook-failure.js';

/**
 * Starts the clock, unless that of the driver's call is running already. Whatever fails below, an abort rejects with the
 * caller's own reason, and the body of the request is destroyed.
 */
export async function deadline(context: RequestContext, next: Next): Promise<SdkResponse> {
  const { totalMs } = context.timeouts;
  try {
    return await next(
      totalMs === undefined || context.deadlineAt !== undefined
        ? context
        : { ...context, deadlineAt: performance.now() + totalMs },
    );
  } catch (failure) {
    const error: unknown = failure instanceof HookFailure ? failure.error : failure;
    context.body?.discard();
    if (context.signal?.aborted) throw context.signal.reason;
    throw error;
  }
}
