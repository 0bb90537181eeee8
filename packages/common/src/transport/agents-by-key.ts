/** Every pool of a transport, with what its engine keeps beside it, by the key that holds them apart. */
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { tlsIdentity, type TlsOptions } from '../route/tls-options.js';
import { closedMeanwhile } from './closed.js';
import type { SocketPool } from './pool.js';

/** How many ways and places are remembered; past that, those whose sockets are all idle go, the longest unused first. */
const MAX_AGENTS = 500;

/** After a burst over more places than that, how long until those that came to rest are looked for. */
const SWEEP_MS = 1_000;

/** What an engine keeps for one pool: an agent, a dispatcher. */
export interface Pooled {
  readonly pool: SocketPool;
}

interface Asked<A> {
  readonly route: Route;
  readonly origin: Origin;
  readonly tls: TlsOptions | undefined;
  readonly agent: A;
}

/** The agents of one transport. Whatever the number of origins, no more than 500 are kept beside those in use. */
export class AgentsByKey<A extends Pooled> {
  readonly #make: (route: Route, origin: Origin) => A;
  /** The longest unused first. */
  readonly #agents = new Map<string, A>();
  /** What was asked for last, which most requests ask for again. */
  #last: Asked<A> | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param make an agent with a pool of its own, for the sockets of this route to this origin. */
  constructor(make: (route: Route, origin: Origin) => A) {
    this.#make = make;
  }

  get size(): number {
    return this.#agents.size;
  }

  /**
   * The agent for a route, an origin and the origin's TLS; the same one for the same three.
   * @throws ConfigurationError after `close`: a request may have been under way, between two legs or in an interceptor,
   * and a pool made for it now nobody would ever close.
   */
  get(route: Route, origin: Origin, tls: TlsOptions | undefined): A {
    if (this.#closed) throw closedMeanwhile();
    const last = this.#last;
    if (last?.origin === origin && last.route === route && last.tls === tls) return last.agent;
    const key = poolKey(route, origin, tls);
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      if (this.#agents.size >= MAX_AGENTS) this.#makeRoom();
      agent = this.#make(route, origin);
    } else {
      this.#agents.delete(key);
    }
    this.#agents.set(key, agent);
    this.#last = { route, origin, tls, agent };
    return agent;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#closed = true;
    clearTimeout(this.#sweep);
    this.#agents.clear();
    this.#last = undefined;
    await Promise.all(agents.map((agent) => agent.pool.close()));
  }

  /** Forgets agents that nobody uses now. Where too many are in use, it looks again when their burst may be over. */
  #makeRoom(): void {
    for (const [key, agent] of this.#agents) {
      if (this.#agents.size < MAX_AGENTS) return;
      if (!agent.pool.dormant) continue;
      this.#agents.delete(key);
      if (this.#last?.agent === agent) this.#last = undefined;
      void agent.pool.close();
    }
    if (this.#agents.size < MAX_AGENTS) return;
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined;
      this.#makeRoom();
    }, SWEEP_MS).unref();
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
