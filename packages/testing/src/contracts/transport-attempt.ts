/** One attempt with what a test leaves open filled in. */
import {
  DEFAULT_TIMEOUTS,
  originOf,
  ProxyServer,
  routeTo,
  type Timeouts,
  type TransportRequest,
} from '@sdk/common';

/** What a test says of an attempt; the rest is `attempt`'s. */
export type Attempt = Partial<Omit<TransportRequest, 'timeouts' | 'origin' | 'route'>> & {
  /** The proxy; the way over it follows from the origin. Default: direct. */
  readonly via?: ProxyServer | undefined;
  /** Those that differ from `DEFAULT_TIMEOUTS`. */
  readonly timeouts?: Partial<Timeouts> | undefined;
};

/**
 * A `TransportRequest` for `url`: by GET, direct and without headers unless said otherwise. What stands behind the
 * origin is the path, byte for byte.
 *
 * @example
 * const response = await transport.send(attempt('http://127.0.0.1:8080/x', { method: 'PUT', body: 'y' }));
 */
export function attempt(url: string, { via, timeouts, ...rest }: Attempt = {}): TransportRequest {
  const origin = originOf(url);
  return {
    method: 'GET',
    origin,
    path: url.slice(url.indexOf('/', 8)),
    headers: [],
    route: routeTo(origin, via),
    ...rest,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  };
}

type ProxyMembers = Partial<ConstructorParameters<typeof ProxyServer>[0]>;

/** The `ProxyServer` of a proxy that a test started: its scheme, address and port, and what else is said of it. */
export function serverAt({ url }: { readonly url: string }, more: ProxyMembers = {}): ProxyServer {
  const { protocol, hostname, port } = new URL(url);
  return new ProxyServer({
    protocol: protocol as 'http:',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    ...more,
  });
}
