/** A kept-alive socket may be closed by the peer at the moment that a request is written to it. */
import { isSdkError } from '../../errors.js';
import type { Next, RequestContext } from '../context.js';
import type { SdkResponse } from '../request-spec.js';

/** What the end of a stale socket looks like, depending on who was faster. */
const CLOSED_BY_PEER: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Sends again, once, on a fresh socket what a reused one did not carry: no byte of an answer came, and the request may be
 * repeated. It stands below `retry`, whose count and budget it does not touch, and above `record`, since it is an attempt
 * that the provider may have seen. Every socket of a pool may be stale, so a second reused one is not tried.
 */
export async function stale(context: RequestContext, next: Next): Promise<SdkResponse> {
  try {
    return await next(context);
  } catch (error) {
    if (!wasStale(error) || !context.idempotent || context.body?.canOpen() === false) throw error;
    return next({ ...context, freshSocket: true });
  }
}

function wasStale(error: unknown): boolean {
  return (
    isSdkError(error, 'SDK_CONNECTION') &&
    error.reusedSocket === true &&
    error.requestSent === 'maybe' &&
    CLOSED_BY_PEER.has(error.reason)
  );
}
