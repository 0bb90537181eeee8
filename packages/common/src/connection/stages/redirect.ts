/** Follows redirects, hop by hop; the stages below decide, authorize and sign each hop again. */
import { addHint, isSdkError } from '../../errors.js';
import { formsOf } from '../answers/redact.js';
import { hopKey, Redirection } from '../answers/redirection.js';
import type { Next, RequestContext } from '../context.js';
import { note } from '../error-notes.js';
import { withoutBodyHeaders, withoutCredentials } from '../content/credential-headers.js';
import type { SdkResponse } from '../request-spec.js';

const WITHHELD_HINT =
  'A redirect led to another origin, which gets no credentials. If the API has moved there, give that as the endpoint.';
/** Follows the redirects that `decode` found. */
export async function redirect(context: RequestContext, next: Next): Promise<SdkResponse> {
  const answer = await next(context);
  return answer.body instanceof Redirection ? follow(context, answer.body, next) : answer;
}

async function follow(
  context: RequestContext,
  first: Redirection,
  next: Next,
): Promise<SdkResponse> {
  let hop = hopOf(context, first);
  for (;;) {
    let answer;
    try {
      answer = await next(hop);
    } catch (error) {
      throw noted(error, context, hop);
    }
    if (!(answer.body instanceof Redirection)) return answer;
    hop = hopOf(hop, answer.body);
  }
}

/** The next request. Credentials that were dropped at a change of origin are not added again. */
function hopOf(
  context: RequestContext,
  { target, method, keepsBody }: Redirection,
): RequestContext {
  const { origin, path } = target;
  const leaves = origin.href !== context.origin.href;
  let { headers } = context;
  if (!keepsBody) {
    context.body?.discard();
    headers = withoutBodyHeaders(headers);
  }
  if (leaves) headers = withoutCredentials(headers, formsOf(context.hooks.secrets()));
  return {
    ...context,
    method,
    origin,
    path,
    headers,
    body: keepsBody ? context.body : undefined,
    idempotent: keepsBody ? context.idempotent : true,
    hops: [...context.hops, hopKey(context)],
    withheld: context.withheld || leaves,
  };
}

/** A POST that was answered by a redirect to its result has been processed, even if the request for the result failed. */
function noted(error: unknown, context: RequestContext, hop: RequestContext): unknown {
  if (!isSdkError(error)) return error;
  const processed = hop.method !== context.method;
  note(error, { processed, withheld: hop.withheld });
  if (hop.withheld && 'status' in error && (error.status === 401 || error.status === 403))
    addHint(error, WITHHELD_HINT);
  if (processed && 'requestSent' in error) Object.assign(error, { requestSent: 'yes' });
  return error;
}
