/** Proxies of a list that failed: each is skipped for a growing time, so that requests do not wait for it again. */
import { BoundedMap } from '../bounded-map.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { ProxyCandidate } from './decision.js';

/** How long a proxy rests after its first failure, in milliseconds; it doubles with each failure that follows. */
export const FIRST_REST_MS = 1_000;
/** No rest is longer, in milliseconds. */
export const LONGEST_REST_MS = 60_000;

/** How many proxies are remembered, since selectors can name any number. The one that failed last is last. */
const MAX_RESTING = 1_024;

interface Rest {
  lengthMs: number;
  endsAt: number;
  /** The request that tries the proxy again after its rest; the others go on skipping it. */
  probe: object | undefined;
}

/**
 * What one driver, and all its views, know about proxies that failed. The key is `ProxyServer.key`. If a PAC file was loaded and
 * the proxies that it named for an origin failed, the file rests only for that origin, since it may name others for the next.
 */
export class RestingProxies {
  readonly #rests = new BoundedMap<string, Rest>(MAX_RESTING);
  readonly #now: () => number;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Which of the remaining candidates comes next: the first that does not rest. If all rest, it is the one whose rest ends first,
   * since a call must never fail only because proxies rest. A proxy whose rest is over is given to one request, `asker`, which
   * finds out for all others whether it works again.
   * @param place the origin of the request
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
        // If this request takes long, another one may try the proxy after another rest of this length.
        rest.endsAt = now + rest.lengthMs;
        return i;
      }
      if (rest.endsAt < soonestAt) [soonest, soonestAt] = [i, rest.endsAt];
    }
    return soonest;
  }

  /**
   * Notes that a proxy failed. All requests that it was carrying fail together, and count as one failure.
   * @param place the origin for which a PAC file named the proxies that failed; left out, it failed itself
   * @returns how long it rests now, in milliseconds; `undefined` if it rested already.
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

  /** Notes that a proxy works: it carried a request or answered. Its rest is over, and the next one begins short again. */
  worked(proxy: ProxyServer, place = ''): void {
    if (this.#restOf(proxy, place) === undefined) return;
    this.#rests.delete(proxy.key);
    this.#rests.delete(placed(proxy, place));
  }

  /** A request ended without showing whether the proxy works (it was aborted, for example): another one may find out. */
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
