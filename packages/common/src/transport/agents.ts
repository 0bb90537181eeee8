/**
 * The agents for Node's `http`: one for each pool. The sockets come from the pool and its dialer, so the base classes never
 * dial, rewrite headers or read the environment.
 */
import { Agent, type ClientRequest } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Origin } from '../route/origin.js';
import { isSocks } from '../route/proxy-server.js';
import type { Route } from '../route/route.js';
import type { Lease } from './lease.js';
import { SocketPool, type PoolLimits } from './pool.js';

/** An agent whose sockets are leased before the request is made. */
export interface PooledAgent extends Agent {
  readonly pool: SocketPool;
}

/** What `http.request` passes to `addRequest`: the request's own options, including the leased socket. */
export interface LeasedOptions {
  readonly lease: Lease;
}

/** The agent for a route to an origin. */
export function agentFor(route: Route, origin: Origin, limits: PoolLimits): PooledAgent {
  const secure = route.way !== 'forward' && origin.protocol === 'https:';
  const pooled = {
    pool: new SocketPool(limits),
    addRequest,
    // Without it the proxy agents search a stack trace for their protocol at each read: a fifth of a request's CPU time.
    protocol: secure ? 'https:' : 'http:',
    defaultPort: secure ? 443 : 80,
  };
  const agent = agentOf(route);
  for (const [key, value] of Object.entries(pooled)) Object.defineProperty(agent, key, { value });
  return agent as PooledAgent;
}

/** A proxy agent gets a URL without credentials, since its debug output prints it. For SOCKS a plain agent is enough. */
function agentOf(route: Route): Agent {
  const options = { keepAlive: true };
  if (route.way === 'direct' || isSocks(route.proxy.protocol)) return new Agent(options);
  const { href } = route.proxy;
  return route.way === 'forward'
    ? new HttpProxyAgent(href, options)
    : new HttpsProxyAgent(href, options);
}

/** Node's `ClientRequest` has it, its types do not. */
type SocketTaker = ClientRequest & { onSocket(socket: Lease['socket']): void };

function addRequest(request: ClientRequest, { lease }: LeasedOptions): void {
  request.reusedSocket = lease.reused;
  (request as SocketTaker).onSocket(lease.socket);
}
