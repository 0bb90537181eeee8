/** The options that every engine shares: how many sockets, for how long, and how they are opened. */
import { isIP, type LookupFunction } from 'node:net';
import { ConfigurationError } from '../errors.js';
import { checkKeys, own, seen } from '../option-keys.js';
import type { TcpOptions } from '../wire/tcp.js';
import { LONGEST_TIMER_MS } from './timeouts.js';

/** The options for a transport's sockets. */
export interface SocketOptions {
  /** The most sockets for one route to one origin; further requests queue under `timeouts.poolMs`. @default 256 */
  readonly maxSockets?: number | undefined;
  /** How long an idle socket is kept, in milliseconds; a shorter `Keep-Alive` hint of the peer wins. @default 30000 */
  readonly idleSocketMs?: number | undefined;
  /**
   * Finds the addresses of a name, in the shape of `dns.lookup`: the origin's on a direct route, the proxy's, and those
   * that `socks4:` and `socks5:` have resolved here. Never called for an address. @default dns.lookup
   */
  readonly lookup?: LookupFunction | undefined;
  /** The address of this machine that connections go out from; without `family` it decides the family too. */
  readonly localAddress?: string | undefined;
  /**
   * Names are resolved only to addresses of this family; a host that is an address is used as it is. Left out, both are tried,
   * and the first that answers wins (RFC 8305).
   */
  readonly family?: 4 | 6 | undefined;
  /**
   * The path of a unix socket to connect to instead of the origin's host and port. The URL still determines the Host header and
   * the name in TLS. A request that should go through a proxy is then a ConfigurationError. It excludes `lookup`,
   * `localAddress` and `family`.
   */
  readonly socketPath?: string | undefined;
}

/** The same, checked, with the defaults in place. */
export interface SocketSettings {
  readonly maxSockets: number;
  readonly idleSocketMs: number;
  readonly tcp: TcpOptions;
}

const DEFAULT_MAX_SOCKETS = 256;
const DEFAULT_IDLE_SOCKET_MS = 30_000;
const KEYS = ['maxSockets', 'idleSocketMs', 'lookup', 'localAddress', 'family', 'socketPath'];

/**
 * Checks the options of a transport. Of those that only its engine has, it checks just the names.
 * @param where what the options are called in messages, e.g. `AxiosTransport`
 * @param engineKeys the members that belong to the engine, which reads them itself
 * @throws ConfigurationError that names the member, what was seen, and the remedy.
 */
export function readSocketOptions(
  value: unknown,
  where: string,
  engineKeys: readonly string[] = [],
): SocketSettings {
  checkKeys(value, [...engineKeys, ...KEYS], where);
  const options = value as SocketOptions;
  const { maxSockets = DEFAULT_MAX_SOCKETS, idleSocketMs = DEFAULT_IDLE_SOCKET_MS } = {
    maxSockets: own(options, 'maxSockets'),
    idleSocketMs: own(options, 'idleSocketMs'),
  };
  requireCount('maxSockets', maxSockets);
  requireCount('idleSocketMs', idleSocketMs, LONGEST_TIMER_MS);
  return Object.freeze({ maxSockets, idleSocketMs, tcp: readTcpOptions(options) });
}

function readTcpOptions(options: SocketOptions): TcpOptions {
  const lookup = own(options, 'lookup');
  const localAddress = own(options, 'localAddress');
  const family = own(options, 'family');
  const socketPath = own(options, 'socketPath');
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw wrong('lookup', 'a function in the shape of dns.lookup', lookup);
  }
  if (
    localAddress !== undefined &&
    (typeof localAddress !== 'string' || isIP(localAddress) === 0)
  ) {
    throw wrong('localAddress', 'an IP address of this machine, without brackets', localAddress);
  }
  if (family !== undefined && family !== 4 && family !== 6) {
    throw wrong('family', '4 or 6', family, 'Leave it out for both.');
  }
  if (localAddress !== undefined && family !== undefined && isIP(localAddress) !== family) {
    throw new ConfigurationError(
      `localAddress is an IPv${isIP(localAddress)} address, but family is ${family}; they must be the same family`,
      { field: 'localAddress', hint: 'Leave family out: localAddress decides it.' },
    );
  }
  if (
    socketPath !== undefined &&
    (typeof socketPath !== 'string' || socketPath === '' || socketPath.slice(1).includes('\0'))
  ) {
    throw wrong('socketPath', 'the path of a unix socket', socketPath);
  }
  const tcp: TcpOptions = Object.freeze({ lookup, localAddress, family, socketPath });
  const pointless = (['lookup', 'localAddress', 'family'] as const).find(
    (key) => tcp[key] !== undefined,
  );
  if (socketPath !== undefined && pointless !== undefined) {
    throw new ConfigurationError(
      `${pointless} has no meaning beside socketPath: a unix socket has no address`,
      { field: pointless, hint: `Leave ${pointless} or socketPath out.` },
    );
  }
  return tcp;
}

function requireCount(field: string, value: unknown, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most) return;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` and up to ${most}`;
  throw wrong(field, `a whole number above 0${upTo}`, value, 'Leave it out for its default.');
}

function wrong(field: string, what: string, value: unknown, hint?: string): ConfigurationError {
  return new ConfigurationError(`${field} must be ${what}; this is ${seen(value)}`, {
    field,
    hint,
  });
}
