/** Opens a connection through an HTTP proxy: TCP, TLS if the proxy is `https:`, and a tunnel if the route is one. */
import type { Socket } from 'node:net';
import type { ProxyServer } from '../route/proxy-server.js';
import { openTunnel } from './tunnel.js';
import { proxyTlsFailed, proxyUnreachable } from './proxy-failure.js';
import { openTcp, type TcpOptions } from './tcp.js';
import { mayBeOfResumption } from './tls-sessions.js';
import { openTls, type TlsPeer } from './tls.js';

/**
 * An open connection to `proxy`, or, if `tunnelTo` (`host:port`) is given, through it.
 * @param hold called with each socket, so that the phase can destroy it
 * @throws ProxyError of phase `resolve`, `connect`, `tls`, `auth` or `tunnel`.
 */
export async function openHttpProxy(
  proxy: ProxyServer,
  tunnelTo: string | undefined,
  hold: (socket: Socket) => void,
  tcp?: TcpOptions,
): Promise<Socket> {
  const open = (): Promise<Socket> => reach(proxy, hold, tcp);
  return tunnelTo === undefined ? open() : openTunnel(open, proxy, tunnelTo);
}

async function reach(
  proxy: ProxyServer,
  hold: (socket: Socket) => void,
  tcp: TcpOptions | undefined,
): Promise<Socket> {
  for (;;) {
    const socket = await openTcp(proxy.host, proxy.port, hold, tcp).catch((cause: unknown) => {
      throw proxyUnreachable(proxy, cause);
    });
    if (proxy.protocol !== 'https:') return socket;
    const { host, tls, key } = proxy;
    const peer: TlsPeer = { host, tls, field: 'httpProxy.tls', sessionKey: `proxy|${key}` };
    try {
      return await openTls(socket, peer, hold);
    } catch (cause) {
      socket.destroy();
      if (!mayBeOfResumption(cause)) throw proxyTlsFailed(proxy, cause);
    }
  }
}
