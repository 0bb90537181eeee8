/** The route of an attempt: the candidate that it tries, with the credentials that the proxy gets. */
import { routeTo } from '../../route/route.js';
import type { Route } from '../../route/route.js';
import type { ProxyCandidate } from '../../proxy/decision.js';
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './deadline.js';
import type { SdkResponse } from '../request-spec.js';

/** Asks for the proxy's credentials where they come from a function, and lays the route. */
export function route(context: RequestContext, next: Next): Promise<SdkResponse> {
  const candidate = context.candidate as ProxyCandidate;
  const asked = candidate === 'direct' ? undefined : candidate.askCredentials();
  const over = (proxy: Exclude<ProxyCandidate, 'direct'> | undefined): Promise<SdkResponse> => {
    const laid: Route = routeTo(context.origin, proxy);
    return next({ ...context, route: laid });
  };
  return asked instanceof Promise ? interruptible(asked, context).then(over) : over(asked);
}
