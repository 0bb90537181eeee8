/** The caller's credentials, for each attempt anew: a token may have run out since the last. */
import type { Next, RequestContext } from '../context.js';
import { HeaderBag } from '../content/header-bag.js';
import type { SdkResponse } from '../request-spec.js';
import { interruptible } from './interruptible.js';
import { carried, carrying } from './hook-failure.js';

/** The headers of each request's last attempt, where `renew` may want to see them. */
const sent = new WeakMap<object, HeaderBag>();

/** The headers with which a request was sent last; `undefined` where it was not, or nobody may renew its credentials. */
export function headersSent({ journal }: RequestContext): HeaderBag | undefined {
  return sent.get(journal);
}

/** Asks `authorize`, unless a redirect has left the origin. The body is not open yet, however long a token takes. */
export function credentials(context: RequestContext, next: Next): Promise<SdkResponse> {
  const bag = new HeaderBag(context.headers);
  const authorized = { ...context, bag };
  if (context.withheld) return next(authorized);
  if (context.hooks.renew !== undefined) sent.set(context.journal, bag);
  let pending;
  try {
    pending = context.hooks.authorize(bag, context);
  } catch (error) {
    throw carried(error);
  }
  if (pending === undefined) return next(authorized);
  return interruptible(carrying(pending), context).then(() => next(authorized));
}
