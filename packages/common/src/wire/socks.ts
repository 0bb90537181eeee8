/**
 * Opens a connection through a SOCKS server: TCP, and a tunnel in the version that its scheme names.
 *
 * The SDK has its own handshake. `socks-proxy-agent` opens a socket that nobody can destroy on an abort or a timeout, and shows
 * the proxy's URL with its password in its events. The package `socks` below it accepts a socket of ours, but: it passes on
 * bytes that arrive after the handshake as an event, which a TLS layer on top never sees; it gives the server's reply only as a
 * sentence; it puts the password into its errors; it answers a server that asks for credentials with empty ones; and it leaves
 * a timer of 30 seconds running after each tunnel.
 */
import { isIP, type Socket } from 'node:net';
import type { Origin } from '../route/origin.js';
import type { ProxyServer } from '../route/proxy-server.js';
import { addressesOf } from './lookup.js';
import { proxyUnreachable } from './proxy-failure.js';
import {
  checkCarriable,
  isVersion4,
  nameUnresolved,
  socksBroken,
  socksRefused,
} from './socks-failure.js';
import { socks4Handshake, socks5Handshake, type SocksOutcome } from './socks-handshake.js';
import { openTcp, type TcpOptions } from './tcp.js';

/** Replies after which another address of the same name may work: network, host, refused, TTL, address type. */
const TRY_NEXT = new Set([3, 4, 5, 6, 8]);

/**
 * The hosts to ask the server for: the origin's name if the scheme leaves the look-up to the server (`socks:`, `socks5h:`,
 * `socks4a:`), otherwise its addresses, looked up here, in the order to try them.
 * @throws ConfigurationError if SOCKS cannot carry it; ConnectionError if the name has no address.
 */
export async function socksHosts(
  proxy: ProxyServer,
  origin: Origin,
  tcp: TcpOptions | undefined,
): Promise<string[]> {
  checkCarriable(proxy, origin, tcp?.family);
  const { hostname } = origin;
  const resolvedHere = proxy.protocol === 'socks4:' || proxy.protocol === 'socks5:';
  if (!resolvedHere || isIP(hostname) !== 0) return [hostname];
  const family = isVersion4(proxy) ? 4 : tcp?.family;
  try {
    const addresses = await addressesOf(hostname, family, tcp?.lookup);
    return [...new Set(addresses.map(({ address }) => address))];
  } catch (cause) {
    throw nameUnresolved(proxy, origin, cause);
  }
}

/**
 * A tunnel to the first of `hosts` that the server reaches.
 * @param hosts at least one
 * @param hold called with each socket, so that the phase can destroy it
 * @throws ProxyError of phase `resolve`, `connect`, `auth` or `tunnel`.
 */
export async function openSocks(
  proxy: ProxyServer,
  origin: Origin,
  hosts: readonly string[],
  hold: (socket: Socket) => void,
  tcp: TcpOptions | undefined,
): Promise<Socket> {
  // The failure of the last one ends the loop.
  for (let i = 0; ; i += 1) {
    const host = hosts[i] as string;
    const socket = await openTcp(proxy.host, proxy.port, hold, tcp).catch((cause: unknown) => {
      throw proxyUnreachable(proxy, cause);
    });
    const outcome = await shakeHands(socket, proxy, { host, port: origin.port }).catch(
      (cause: unknown) => {
        throw socksBroken(proxy, origin.connectAuthority, cause);
      },
    );
    if (outcome.outcome === 'open') return socket;
    socket.destroy();
    const failure = socksRefused(proxy, origin.connectAuthority, outcome);
    const more = i + 1 < hosts.length && !isVersion4(proxy);
    if (!more || outcome.outcome !== 'reply' || !TRY_NEXT.has(outcome.code)) throw failure;
  }
}

function shakeHands(
  socket: Socket,
  proxy: ProxyServer,
  target: { readonly host: string; readonly port: number },
): Promise<SocksOutcome> {
  const { username, password } = proxy;
  const speak = isVersion4(proxy) ? socks4Handshake : socks5Handshake;
  return speak(socket, target, { username, password });
}
