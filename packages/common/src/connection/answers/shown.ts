/** What may be shown of a request. */
import type { RequestContext } from '../context.js';

/** The provider's secrets, and those of the proxy, which saw the request and may echo it. */
export function secretsOf(context: RequestContext): readonly string[] {
  const proxy = context.route?.proxy;
  const ours = context.hooks.secrets();
  if (proxy?.password == null) return ours;
  return [...ours, proxy.password, `${proxy.username ?? ''}:${proxy.password}`];
}

/** The request's path without its query, which may hold a signature. */
export function pathOf(context: RequestContext): string {
  return context.path.split('?', 1)[0] as string;
}
