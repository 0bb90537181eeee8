/** Signs a request right before it is sent. It runs for each attempt, so that dates are current. */
import { isPromise } from '../../promise.js';
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './interruptible.js';
import { carried, carrying } from './hook-failure.js';
import type { HeaderBag } from '../content/header-bag.js';
import type { SignableRequest } from '../hooks.js';
import type { SdkResponse } from '../request-spec.js';

/** Calls `sign`, which sees the request as it will be sent; not if a redirect has left the origin. */
export function sign(context: RequestContext, next: Next): Promise<SdkResponse> {
  if (context.withheld) return next(context);
  const { body, origin, path } = context;
  const request: SignableRequest = {
    method: context.method,
    url: origin.href + path,
    origin,
    path,
    headers: context.bag as HeaderBag,
    body: body?.bytes,
    streaming: body !== undefined && body.bytes === undefined,
  };
  let pending;
  try {
    pending = context.hooks.sign(request, context);
  } catch (error) {
    throw carried(error);
  }
  if (!isPromise(pending)) return next(context);
  return interruptible(carrying(pending), context).then(() => next(context));
}
