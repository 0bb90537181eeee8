/** The last change of a request before it is sent. Inside the retry, so that dates are fresh. */
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './deadline.js';
import type { HeaderBag } from '../content/header-bag.js';
import type { SignableRequest } from '../hooks.js';
import type { SdkResponse } from '../request-spec.js';

/** Asks `sign`, which sees the request as it will be sent. */
export function sign(context: RequestContext, next: Next): Promise<SdkResponse> {
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
  const pending = context.hooks.sign(request, context);
  if (pending === undefined) return next(context);
  return interruptible(pending, context).then(() => next(context));
}
