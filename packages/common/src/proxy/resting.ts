/** Proxies of a list that failed: each is left alone for a while that grows, so that requests need not wait for it again. */
import { BoundedMap } from '../bounded-map.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { ProxyCandidate } from './decision.js';

/** How long a proxy rests after its first failure, in milliseconds; it doubles with each failure that follows. */
export const FIRST_REST_MS = 1_000;
/** No rest is longer, in milliseconds. */
export const LONGEST_REST_MS = 60_000;

/** So many proxies are remembered, the latest to fail last; selectors can name any number of them. */
const MAX_RESTING = 1_024;

interface Rest {
  lengthMs: number;
  endsAt: number;
  /** The request that finds out, after a rest, whether the proxy is back; the others go on leaving it out. */
  probe: object | undefined;
}

/**
 * What one driver, and all its views, know of proxies that failed. Keyed by `ProxyServer.key`; where a PAC file was had and
 * what it named for an origin failed, the file rests for that origin alone, since it may name another proxy for the next.
 */
export class RestingProxies {
  readonly #rests = new BoundedMap<string, Rest>(MAX_RESTING);
  readonly #now: () => number;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Which of the candidates that are left comes next: the first that does not rest; where all rest, the one whose rest
   * ends first, since a call shall never fail only because of that. A proxy whose rest is over is given to one request,
   * `asker`, which finds out for all whether it is back.
   * @param place the origin that is asked for
   */
  next(candidates: readonly ProxyCandidate[], asker: object, place = ''): number {
    let soonest = 0;
    let soonestAt = Infinity;
    for (let i = 0; i < candidates.length; i += 1) {
      const candidate = candidates[i] as ProxyCandidate;
      const rest = candidate === 'direct' ? undefined : this.#restOf(candidate, place);
      if (rest === undefined) return i;
      const now = this.#now();
      if (rest.endsAt <= now) {
        rest.probe = asker;
        // Should this request take long to tell, another one may find out after as long a rest.
        rest.endsAt = now + rest.lengthMs;
        return i;
      }
      if (rest.endsAt < soonestAt) [soonest, soonestAt] = [i, rest.endsAt];
    }
    return soonest;
  }

  /**
   * It failed as a proxy. The requests that were under way when it failed fail with it, and count once.
   * @param place the origin for which a PAC file named what failed; left out, it failed itself
   * @returns how long it rests now, in milliseconds; `undefined` where it rested already.
   */
  failed(proxy: ProxyServer, asker: object, place?: string): number | undefined {
    if (place !== undefined) this.#rests.delete(proxy.key);
    const key = place === undefined ? proxy.key : placed(proxy, place);
    const rest = this.#rests.get(key);
    if (rest === undefined) {
      const endsAt = this.#now() + FIRST_REST_MS;
      this.#rests.set(key, { lengthMs: FIRST_REST_MS, endsAt, probe: undefined });
      return FIRST_REST_MS;
    }
    if (rest.probe !== asker) return undefined;
    rest.probe = undefined;
    rest.lengthMs = Math.min(rest.lengthMs * 2, LONGEST_REST_MS);
    rest.endsAt = this.#now() + rest.lengthMs;
    return rest.lengthMs;
  }

  /** It carried a request, or answered for itself: its rest is over, and the next one begins short again. */
  worked(proxy: ProxyServer, place = ''): void {
    if (this.#restOf(proxy, place) === undefined) return;
    this.#rests.delete(proxy.key);
    this.#rests.delete(placed(proxy, place));
  }

  /** A request ended without telling whether the proxy is back (it was aborted, say): another one may find out. */
  leftOpen(proxy: ProxyServer, asker: object, place = ''): void {
    const rest = this.#restOf(proxy, place);
    if (rest?.probe !== asker) return;
    rest.probe = undefined;
    rest.endsAt = this.#now();
  }
  #restOf(proxy: ProxyServer, place: string): Rest | undefined {
    const rest = this.#rests.get(proxy.key);
    return rest ?? (proxy.pac === undefined ? undefined : this.#rests.get(placed(proxy, place)));
  }
}

function placed({ key }: ProxyServer, place: string): string {
  return `${key}|${place}`;
}
