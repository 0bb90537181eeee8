/** Every pool of a transport, with what its engine keeps for it, by the key of the pool. */
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { tlsIdentity, type TlsOptions } from '../route/tls-options.js';
import { closedMeanwhile } from './closed.js';
import type { SocketPool } from './pool.js';

/** How many pools are kept. Above that, those whose sockets are all idle are dropped, the longest unused first. */
const MAX_POOLS = 500;

/** After a burst over more pools than that: how long until the next search for pools that have become idle. */
const SWEEP_MS = 1_000;

/** What an engine keeps for one pool, for example an agent of Node's `http`. */
export interface Pooled {
  readonly pool: SocketPool;
}

interface Asked<P> {
  readonly route: Route;
  readonly origin: Origin;
  readonly tls: TlsOptions | undefined;
  readonly pooled: P;
}

/** The pools of one transport. However many origins there are, no more than 500 are kept in addition to those in use. */
export class Pools<P extends Pooled> {
  readonly #make: (route: Route, origin: Origin) => P;
  /** The longest unused first. */
  readonly #pools = new Map<string, P>();
  /** The pool that was used last; most requests need the same one again. */
  #last: Asked<P> | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param make makes a pool, with what the engine keeps for it, for this route to this origin. */
  constructor(make: (route: Route, origin: Origin) => P) {
    this.#make = make;
  }

  get size(): number {
    return this.#pools.size;
  }

  /**
   * The pool for a route, an origin and the origin's TLS; the same one for the same three.
   * @throws ConfigurationError after `close`. A request may have been running then, between two legs or in an interceptor, and
   * nobody would ever close a pool that was made for it now.
   */
  get(route: Route, origin: Origin, tls: TlsOptions | undefined): P {
    if (this.#closed) throw closedMeanwhile();
    const last = this.#last;
    if (last?.origin === origin && last.route === route && last.tls === tls) return last.pooled;
    const key = poolKey(route, origin, tls);
    let pooled = this.#pools.get(key);
    if (pooled === undefined) {
      if (this.#pools.size >= MAX_POOLS) this.#makeRoom();
      pooled = this.#make(route, origin);
    } else {
      this.#pools.delete(key);
    }
    this.#pools.set(key, pooled);
    this.#last = { route, origin, tls, pooled };
    return pooled;
  }

  async close(): Promise<void> {
    const all = [...this.#pools.values()];
    this.#closed = true;
    clearTimeout(this.#sweep);
    this.#pools.clear();
    this.#last = undefined;
    await Promise.all(all.map((pooled) => pooled.pool.close()));
  }

  /** Drops pools that are not in use. If too many are in use, it looks again when the burst may be over. */
  #makeRoom(): void {
    for (const [key, pooled] of this.#pools) {
      if (this.#pools.size < MAX_POOLS) return;
      if (!pooled.pool.dormant) continue;
      this.#pools.delete(key);
      if (this.#last?.pooled === pooled) this.#last = undefined;
      void pooled.pool.close();
    }
    if (this.#pools.size < MAX_POOLS) return;
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
