/**
 * The agents under Node's `http`: one for each pool. The sockets come from the pool and its dialer, so nothing of the base
 * classes' own dialling, header rewriting or environment reading is ever reached.
 */
import { Agent, type ClientRequest } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Origin } from '../route/origin.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { Route } from '../route/route.js';
import type { Lease } from './lease.js';
import { SocketPool, type PoolLimits } from './pool.js';

/** An agent whose sockets are leased before the request is made. */
export interface PooledAgent extends Agent {
  readonly pool: SocketPool;
}

/** What `http.request` hands on to `addRequest`: the request's own options, with the leased socket among them. */
export interface LeasedOptions {
  readonly lease: Lease;
}

/** Node's `ClientRequest` has it, its types do not. */
type SocketTaker = ClientRequest & { onSocket(socket: Lease['socket']): void };

function addRequest(request: ClientRequest, { lease }: LeasedOptions): void {
  request.reusedSocket = lease.reused;
  (request as SocketTaker).onSocket(lease.socket);
}

/** Straight to the origin, or inside a SOCKS tunnel, which http knows nothing of. */
class DirectAgent extends Agent implements PooledAgent {
  readonly pool: SocketPool;

  constructor(origin: Origin, limits: PoolLimits) {
    super({ keepAlive: true });
    this.pool = new SocketPool(limits);
    pin(this, origin.protocol);
  }

  addRequest(request: ClientRequest, options: LeasedOptions): void {
    addRequest(request, options);
  }
}

/** Inside a CONNECT tunnel. The URL it gets has no credentials: its debug output prints it. */
class TunnelAgent extends HttpsProxyAgent<string> implements PooledAgent {
  readonly pool: SocketPool;

  constructor(proxy: ProxyServer, origin: Origin, limits: PoolLimits) {
    super(proxy.href, { keepAlive: true });
    this.pool = new SocketPool(limits);
    pin(this, origin.protocol);
  }

  addRequest(request: ClientRequest, options: LeasedOptions): void {
    addRequest(request, options);
  }
}

/** By absolute-form. The target is written by the exchange, byte for byte. */
class ForwardAgent extends HttpProxyAgent<string> implements PooledAgent {
  readonly pool: SocketPool;

  constructor(proxy: ProxyServer, limits: PoolLimits) {
    super(proxy.href, { keepAlive: true });
    this.pool = new SocketPool(limits);
    pin(this, 'http:');
  }

  override addRequest(request: ClientRequest, options: object): void {
    addRequest(request, options as LeasedOptions);
  }
}

/** The agent for a route to an origin. */
export function agentFor(route: Route, origin: Origin, limits: PoolLimits): PooledAgent {
  if (route.way === 'direct' || route.proxy.protocol.startsWith('socks')) {
    return new DirectAgent(origin, limits);
  }
  if (route.way === 'forward') return new ForwardAgent(route.proxy, limits);
  return new TunnelAgent(route.proxy, origin, limits);
}

/**
 * The base class of the proxy agents finds its protocol in a stack trace at each read, a fifth of a request's CPU.
 */
function pin(agent: Agent, protocol: 'http:' | 'https:'): void {
  Object.defineProperty(agent, 'protocol', { value: protocol });
  Object.defineProperty(agent, 'defaultPort', { value: protocol === 'https:' ? 443 : 80 });
}
