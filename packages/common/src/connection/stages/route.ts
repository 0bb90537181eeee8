/** The route of an attempt: the candidate that it tries, with the credentials that the proxy gets. */
import { isSdkError } from '../../errors.js';
import type { ProxyCandidate } from '../../proxy/decision.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import { routeTo, type Route } from '../../route/route.js';
import { challengeLearned } from '../../transport/forward-legs.js';
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './interruptible.js';
import type { SdkResponse } from '../request-spec.js';

/** Lays the route. Credentials that come from a function are asked for first, and again where the proxy refused them. */
export function route(context: RequestContext, next: Next): Promise<SdkResponse> {
  const candidate = context.candidate as ProxyCandidate;
  if (candidate === 'direct') return along(routeTo(context.origin, undefined), context, next);
  return candidate.credentials === undefined
    ? along(routeTo(context.origin, candidate), context, next)
    : asked(candidate, context, next);
}

async function asked(
  candidate: ProxyServer,
  context: RequestContext,
  next: Next,
): Promise<SdkResponse> {
  const { origin } = context;
  const first = await interruptible(Promise.resolve(candidate.askCredentials()), context);
  try {
    return await along(routeTo(origin, first), context, next);
  } catch (error) {
    if (!isSdkError(error, 'SDK_PROXY') || error.phase !== 'auth' || error.requestSent !== 'no')
      throw error;
    if (context.body?.canOpen() === false) throw error;
    const second = await interruptible(
      Promise.resolve(candidate.askCredentials(2, error.schemes)),
      context,
    );
    // What was refused once would be refused again.
    if (second.key === first.key) throw error;
    return along(routeTo(origin, second), context, next);
  }
}

/** Sends along the route; a body that is a stream a second time, where the proxy asked something while it was on its way. */
function along(laid: Route, context: RequestContext, next: Next): Promise<SdkResponse> {
  const routed = { ...context, route: laid };
  return laid.way === 'forward' && laid.proxy.given !== undefined && context.body?.streams === true
    ? onceMore(routed, next)
    : next(routed);
}

async function onceMore(context: RequestContext, next: Next): Promise<SdkResponse> {
  try {
    return await next(context);
  } catch (error) {
    if (!challengeLearned(error) || context.body?.canOpen() === false) throw error;
    return next(context);
  }
}
