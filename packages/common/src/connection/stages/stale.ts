/** A kept-alive socket may be closed by the peer at the moment that a request is written to it. */
import { isSdkError } from '../../errors.js';
import type { Next, RequestContext } from '../context.js';
import type { SdkResponse } from '../request-spec.js';

/** The codes that a stale socket can fail with; which one it is depends on timing. */
const CLOSED_BY_PEER: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Sends a request once more, on a fresh socket, if a reused one failed before any byte of an answer came and the request may
 * be repeated. This stage is below `retry`, so it uses neither its count nor its budget, and above `record`, since the provider
 * may have received the first attempt. All sockets of a pool may be stale, so a second reused one is not tried.
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
