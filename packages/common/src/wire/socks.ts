/**
 * The way through a SOCKS server: TCP, and a tunnel by the dialect that its scheme names.
 *
 * The handshake is ours. `socks-proxy-agent` opens its socket where nobody can destroy it on an abort or a timeout, and
 * tells the proxy's URL, password included, to whoever listens to its events. `socks`, beneath it, takes a socket of ours,
 * but hands bytes that arrive behind the handshake on as an event, which a TLS layer on top never sees; tells the
 * server's reply by a sentence alone; hangs the password on its errors; answers a server that asks for credentials
 * unbidden with empty ones; and leaves a timer of 30 seconds behind each tunnel.
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

/** Replies after which another address of the same name may fare better: network, host, refused, TTL, address type. */
const TRY_NEXT = new Set([3, 4, 5, 6, 8]);

/**
 * What the server is to be asked for: the origin's name where the scheme leaves it to the server (`socks:`, `socks5h:`,
 * `socks4a:`), else its addresses, looked up here, in the order to try them in.
 * @throws ConfigurationError where SOCKS cannot carry it; ConnectionError where the name has no address.
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
 * @param hold told of each socket, so that whoever bounds the phase can destroy it
 * @throws ProxyError of phase `resolve`, `connect`, `auth` or `tunnel`.
 */
export async function openSocks(
  proxy: ProxyServer,
  origin: Origin,
  hosts: readonly string[],
  hold: (socket: Socket) => void,
  tcp: TcpOptions | undefined,
): Promise<Socket> {
  for (const [i, host] of hosts.entries()) {
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
  throw nameUnresolved(proxy, origin, undefined);
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
