import type { Entry, ProxyName, Seen } from './books.js';

/** What the counters have to show if the bytes went where the cascade said. */
export interface Expectation {
  /** The way that was decided. */
  readonly way: 'direct' | 'forward' | 'tunnel';
  /** The proxy that was named; `null`: none. */
  readonly proxy: ProxyName | null;
  /** The origin of the call, e.g. `https://127.0.0.1:4443`. */
  readonly origin: string;
  /** Payload that has to have gone up and down through the proxy, in bytes. Default: more than none. */
  readonly upAtLeast?: number | undefined;
  readonly downAtLeast?: number | undefined;
  /** `true`: the request was sent before; only its bytes may still move, no new request. */
  readonly begun?: boolean | undefined;
  /** A proxy on which an earlier transfer is still in flight: its bytes may move too, without a new request. */
  readonly alsoInFlight?: ProxyName | undefined;
}

const names: readonly ProxyName[] = ['A', 'B', 'C'];

function requestsOf({ connects, forwards, refused407 }: Seen): string | undefined {
  const said = [
    connects > 0 && `${connects} CONNECT`,
    forwards > 0 && `${forwards} in absolute-form`,
    refused407 > 0 && `${refused407} refused with 407`,
  ].filter((part) => part !== false);
  return said.length > 0 ? said.join(', ') : undefined;
}

/** The `host:port` of an origin as a CONNECT names it. */
function authority(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function ofTheNamedProxy(expected: Expectation, seen: Seen, name: ProxyName): string[] {
  const { way, origin, upAtLeast = 1, downAtLeast = 1, begun = false } = expected;
  const wrong: string[] = [];
  const foreign = seen.targets.filter((target) =>
    way === 'tunnel' ? target !== authority(origin) : !target.startsWith(`${origin}/`),
  );
  if (foreign.length > 0) wrong.push(`${name} was asked for ${foreign.join(', ')}`);
  if (seen.refused407 > 0) wrong.push(`${name} refused ${seen.refused407} with 407`);
  if (way === 'tunnel' && seen.forwards > 0) {
    wrong.push(`${name} saw ${seen.forwards} requests in clear where only CONNECT may be`);
  }
  if (way === 'forward' && seen.connects > 0) {
    wrong.push(`${name} saw ${seen.connects} CONNECT where absolute-form was decided`);
  }
  if (way === 'forward' && !begun && seen.forwards === 0) wrong.push(`${name} forwarded nothing`);
  if (begun && requestsOf(seen)) wrong.push(`${name} saw a new request: ${requestsOf(seen)}`);
  if (!begun && seen.bytesUp < upAtLeast) {
    wrong.push(`${name} carried ${seen.bytesUp} bytes up, not the ${upAtLeast} that were sent`);
  }
  if (seen.bytesDown < downAtLeast) {
    wrong.push(`${name} carried ${seen.bytesDown} bytes down, not the ${downAtLeast} that came`);
  }
  return wrong;
}

function ofAnother(expected: Expectation, seen: Seen, name: ProxyName): string[] {
  const requests = requestsOf(seen);
  const should = expected.proxy === null ? 'direct' : `through ${expected.proxy}`;
  if (requests) return [`${name} saw ${requests}, but the way is ${should}`];
  const bytes = seen.bytesUp + seen.bytesDown;
  if (bytes === 0 || expected.alsoInFlight === name) return [];
  return [`${name} carried ${bytes} bytes, but the way is ${should}`];
}

/**
 * Holds what the cascade said against what the proxies and the origins counted themselves.
 *
 * @returns one sentence for each disagreement; none where all agree
 */
export function compare(expected: Expectation, { proxies, statuses }: Entry): string[] {
  const wrong = names.flatMap((name) =>
    name === expected.proxy
      ? ofTheNamedProxy(expected, proxies[name], name)
      : ofAnother(expected, proxies[name], name),
  );
  if (!expected.begun && statuses.length === 0) wrong.push('no request reached the origin');
  const named = expected.proxy === null ? undefined : proxies[expected.proxy];
  if (expected.way === 'forward' && !expected.begun && named?.forwards !== statuses.length) {
    wrong.push(
      `${expected.proxy} forwarded ${named?.forwards}, but the origin saw ${statuses.length}`,
    );
  }
  return wrong;
}
