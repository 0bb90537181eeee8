/** The caller's credentials, for each attempt anew: a token may have run out since the last. */
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './deadline.js';
import { HeaderBag } from '../content/header-bag.js';
import type { SdkResponse } from '../request-spec.js';

/** Asks `authorize`. The body is not open yet, however long a token takes. */
export function credentials(context: RequestContext, next: Next): Promise<SdkResponse> {
  const bag = new HeaderBag(context.headers);
  const authorized = { ...context, bag };
  const pending = context.hooks.authorize(bag, context);
  if (pending === undefined) return next(authorized);
  return interruptible(pending, context).then(() => next(authorized));
}
