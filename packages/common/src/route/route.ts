/** The way of one attempt, decided and frozen: the dialer connects exactly as the route says. */
import { ConfigurationError } from '../errors.js';
import type { Origin } from './origin.js';
import { isSocks, type ProxyServer } from './proxy-server.js';

/** Straight to the origin, by absolute-form through a proxy, or through a CONNECT tunnel of it. */
export type Route =
  | { readonly way: 'direct'; readonly proxy?: undefined }
  | { readonly way: 'forward'; readonly proxy: ProxyServer }
  | { readonly way: 'tunnel'; readonly proxy: ProxyServer };

/** `proxy` is an own member, so that nothing on `Object.prototype` can take its place. */
const DIRECT: Route = Object.freeze({ way: 'direct', proxy: undefined });
const forwards = new WeakMap<ProxyServer, Route>();
const tunnels = new WeakMap<ProxyServer, Route>();

/**
 * The route to an origin over a proxy, or directly.
 * `https:` targets are always tunnelled; `http:` ones go in absolute-form unless the proxy says `tunnel: 'always'`.
 * @throws ConfigurationError if a function still has to be asked for the proxy's credentials.
 */
export function routeTo(origin: Origin, proxy: ProxyServer | undefined): Route {
  if (proxy === undefined) return DIRECT;
  if (proxy.credentials !== undefined) {
    throw new ConfigurationError(
      `The credentials of the proxy ${proxy.href} come from a function. Route over what proxy.askCredentials() answers.`,
      { field: 'httpProxy.credentials' },
    );
  }
  const tunnel =
    origin.protocol === 'https:' || proxy.tunnel === 'always' || isSocks(proxy.protocol);
  const routes = tunnel ? tunnels : forwards;
  const known = routes.get(proxy);
  if (known !== undefined) return known;
  const route: Route = Object.freeze({ way: tunnel ? 'tunnel' : 'forward', proxy });
  routes.set(proxy, route);
  return route;
}
