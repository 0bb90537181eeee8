/** Adds the caller's credentials to each attempt: a token may have expired since the last one. */
import { isPromise } from '../../promise.js';
import type { Next, RequestContext } from '../context.js';
import { HeaderBag } from '../content/header-bag.js';
import type { SdkResponse } from '../request-spec.js';
import { interruptible } from './interruptible.js';
import { carried, carrying } from './hook-failure.js';

/** Calls `authorize`, unless a redirect has left the origin. The body is opened later, so fetching a token may take long. */
export function credentials(context: RequestContext, next: Next): Promise<SdkResponse> {
  const bag = new HeaderBag(context.headers);
  const authorized = { ...context, bag };
  context.journal.sent = bag;
  if (context.withheld) return next(authorized);
  let pending;
  try {
    pending = context.hooks.authorize(bag, context);
  } catch (error) {
    throw carried(error);
  }
  if (!isPromise(pending)) return next(authorized);
  return interruptible(carrying(pending), context).then(() => next(authorized));
}
