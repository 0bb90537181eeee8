import type { Origin, Proxy, ProxyStats } from '@sdk/testing';

/** The proxies by the letters that the table shows. */
export type ProxyName = 'A' | 'B' | 'C';

/** What one proxy's own counters gained between two looks. */
export interface Seen {
  readonly connects: number;
  readonly forwards: number;
  readonly refused407: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Targets of the requests it let through meanwhile, as they stood on the wire. */
  readonly targets: readonly string[];
}

/** What everyone but the SDK counted while something ran. */
export interface Entry {
  readonly proxies: Readonly<Record<ProxyName, Seen>>;
  /** Status codes of the requests that reached an origin, in order of arrival. */
  readonly statuses: readonly number[];
}

function gained(before: ProxyStats, after: ProxyStats): Seen {
  return {
    connects: after.connects - before.connects,
    forwards: after.forwards - before.forwards,
    refused407: after.refused407 - before.refused407,
    bytesUp: after.bytesUp - before.bytesUp,
    bytesDown: after.bytesDown - before.bytesDown,
    targets: after.targets.slice(before.targets.length),
  };
}

/**
 * Looks at the counters now, and answers a function that looks again and tells the difference.
 * Nothing in it comes from the SDK.
 */
export function openBooks(
  proxies: Readonly<Record<ProxyName, Proxy>>,
  origins: readonly Origin[],
): () => Entry {
  const before = { A: proxies.A.stats, B: proxies.B.stats, C: proxies.C.stats };
  const requestsBefore = origins.map((origin) => origin.requests.length);
  return () => ({
    proxies: {
      A: gained(before.A, proxies.A.stats),
      B: gained(before.B, proxies.B.stats),
      C: gained(before.C, proxies.C.stats),
    },
    statuses: origins.flatMap((origin, index) =>
      origin.requests.slice(requestsBefore[index]).map((request) => request.status ?? 0),
    ),
  });
}
