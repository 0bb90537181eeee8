/** What `FindProxyForURL` answers: `PROXY a:8080; SOCKS5 b:1080; DIRECT`. */
import { isSdkError } from '../../errors.js';
import type { ProxyProtocol } from '../../route/proxy-server.js';
import { readProxyUrl } from '../url.js';

/** One way that a PAC file names. */
export type PacWay =
  'direct' | { readonly protocol: ProxyProtocol; readonly host: string; readonly port: number };

/** The ways in the order of the answer, and a sentence for each entry that could not be read. */
export interface PacAnswer {
  readonly ways: readonly PacWay[];
  readonly warnings: readonly string[];
}

/**
 * As browsers read them: `HTTP` is Firefox's word for `PROXY`, and a bare `SOCKS` is version 4. Names are sent unresolved, in
 * version 4 (as 4a) and in version 5, since a PAC file is for networks whose names perhaps only the proxy knows.
 */
const PROTOCOLS: ReadonlyMap<string, ProxyProtocol> = new Map([
  ['PROXY', 'http:'],
  ['HTTP', 'http:'],
  ['HTTPS', 'https:'],
  ['SOCKS', 'socks4a:'],
  ['SOCKS4', 'socks4a:'],
  ['SOCKS5', 'socks5h:'],
]);

/** No answer names more ways than this; the rest is not read. */
const MAX_WAYS = 32;

/** Reads an answer. An entry that cannot be read is skipped; if none can, there are no ways. */
export function readPacAnswer(text: string): PacAnswer {
  const ways: PacWay[] = [];
  const warnings: string[] = [];
  const entries = text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const [i, entry] of entries.slice(0, MAX_WAYS).entries()) {
    const way = readEntry(entry);
    if (way === 'direct' || !('why' in way)) ways.push(way);
    else warnings.push(`entry ${i + 1} of its answer was skipped: ${way.why}`);
  }
  return Object.freeze({ ways: Object.freeze(ways), warnings: Object.freeze(warnings) });
}

/** A way, or why there is none. The entry is not shown: it may hold credentials. */
function readEntry(entry: string): PacWay | { readonly why: string } {
  const [keyword = '', place, ...more] = entry.split(/\s+/);
  const upper = keyword.toUpperCase();
  if (upper === 'DIRECT')
    return place === undefined ? 'direct' : { why: 'something follows DIRECT' };
  const protocol = PROTOCOLS.get(upper);
  if (protocol === undefined)
    return { why: 'it begins with none of PROXY, HTTPS, SOCKS, SOCKS5, DIRECT' };
  const notAlone = { why: `${upper} is not followed by host:port alone` };
  if (place === undefined || more.length > 0) return notAlone;
  if (place.includes('@'))
    return { why: `${upper} names credentials, which go in httpProxy.credentials` };
  if (place.includes('/')) return notAlone;
  try {
    const { host, port } = readProxyUrl(`${protocol}//${place}`, upper);
    return Object.freeze({ protocol, host, port });
  } catch (error) {
    return { why: isSdkError(error) ? error.message : 'it cannot be read' };
  }
}
