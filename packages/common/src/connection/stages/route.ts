/** The route of an attempt: the candidate that it tries, with the credentials that the proxy gets. */
import { isSdkError } from '../../errors.js';
import type { ProxyCandidate } from '../../proxy/decision.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import { routeTo, type Route } from '../../route/route.js';
import { challengeLearned } from '../../transport/forward-legs.js';
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './interruptible.js';
import type { SdkResponse } from '../request-spec.js';

/** Makes the route. A function for credentials is asked first, and once more if the proxy refused its answer. */
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
    if (!isSdkError(error, 'SDK_PROXY') || error.phase !== 'auth' || !error.refused) throw error;
    if (context.body?.canOpen() === false) throw error;
    const second = await interruptible(
      Promise.resolve(candidate.askCredentials(2, error.schemes)),
      context,
    );
    // The same credentials would be refused again.
    if (second.key === first.key) throw error;
    return along(routeTo(origin, second), context, next);
  }
}

/** Sends over the route. If the proxy sent a challenge while a stream was being sent, the stream is opened and sent again. */
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
