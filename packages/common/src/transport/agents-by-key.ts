/** Every agent of a transport, by the key that keeps pools apart. */
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { tlsIdentity, type TlsOptions } from '../route/tls-options.js';
import { agentFor, type PooledAgent } from './agents.js';
import type { PoolLimits } from './pool.js';

/** How many ways and places are remembered; past that, those whose sockets are all idle go first. */
const MAX_AGENTS = 500;

interface Asked {
  readonly route: Route;
  readonly origin: Origin;
  readonly tls: TlsOptions | undefined;
  readonly agent: PooledAgent;
}

export class AgentsByKey {
  readonly #limits: PoolLimits;
  readonly #agents = new Map<string, PooledAgent>();
  /** What was asked for last, which most requests ask for again. */
  #last: Asked | undefined;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** The agent for a route, an origin and the origin's TLS; the same one for the same three. */
  get(route: Route, origin: Origin, tls: TlsOptions | undefined): PooledAgent {
    const last = this.#last;
    if (last?.origin === origin && last.route === route && last.tls === tls) return last.agent;
    const key = poolKey(route, origin, tls);
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      if (this.#agents.size >= MAX_AGENTS) this.#evict();
      agent = agentFor(route, origin, this.#limits);
      this.#agents.set(key, agent);
    }
    this.#last = { route, origin, tls, agent };
    return agent;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    this.#last = undefined;
    await Promise.all(agents.map((agent) => agent.pool.close()));
  }

  /** Forgets the oldest agent that nobody uses now. */
  #evict(): void {
    for (const [key, agent] of this.#agents) {
      if (!agent.pool.dormant) continue;
      this.#agents.delete(key);
      if (this.#last?.agent === agent) this.#last = undefined;
      void agent.pool.close();
      return;
    }
  }
}

/**
 * What must be the same for two requests to share a socket: the proxy with its credentials and TLS, the origin and the
 * origin's TLS. Forward connections belong to the proxy alone and are shared across `http:` origins.
 */
function poolKey(route: Route, origin: Origin, tls: TlsOptions | undefined): string {
  if (route.way === 'forward') return `forward|${route.proxy.key}`;
  const secure = origin.protocol === 'https:' ? tlsIdentity(tls) : '';
  const place = `${origin.href}|${secure}`;
  return route.way === 'direct' ? `direct|${place}` : `tunnel|${route.proxy.key}|${place}`;
}
