/** The dialer: opens a connection over a route. Every engine uses it. */
import type { Socket } from 'node:net';
import { ConfigurationError, isSdkError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import { isSocks, type ProxyServer } from '../route/proxy-server.js';
import type { Route } from '../route/route.js';
import type { TlsOptions } from '../route/tls-options.js';
import { connectTimedOut, dialTimedOut, originTlsFailed, originUnreachable } from './failure.js';
import { openHttpProxy } from './http-proxy.js';
import { runPhase } from './phase.js';
import { openTcp, openUnixSocket, type TcpOptions } from './tcp.js';
import { mayBeOfResumption, ofResumption } from './tls-sessions.js';
import { openTls } from './tls.js';

/** Where to connect, how, and with which limits. */
export interface DialOrder {
  readonly origin: Origin;
  readonly route: Route;
  /** TLS settings of the origin; the proxy's own come with the proxy. */
  readonly tls?: TlsOptions | undefined;
  readonly timeouts: { readonly connectMs: number; readonly proxyMs: number };
  readonly signal?: AbortSignal | undefined;
  /** How connections are made: look-up, family, address of this machine, unix socket. */
  readonly tcp?: TcpOptions | undefined;
}

/**
 * Opens a connection to the origin (or, on a forward route, to the proxy), ready for an HTTP request.
 * @throws ProxyError, TlsError, ConnectionError, TimeoutError, or the signal's own reason. No socket is left open.
 */
export async function dial(order: DialOrder): Promise<Socket> {
  const { route } = order;
  if (route.proxy !== undefined) {
    refuseUnresolved(route.proxy);
    refuseBesideUnixSocket(order.tcp, route.proxy);
  }
  try {
    return await dialOnce(order);
  } catch (error) {
    // The peer hands out TLS sessions but fails to resume them: the next handshake offers none.
    if (isSdkError(error, 'SDK_TLS') && mayBeOfResumption(error)) return dialOnce(order);
    throw error;
  }
}

async function dialOnce(order: DialOrder): Promise<Socket> {
  const { origin, route } = order;
  if (route.way === 'direct') return dialOrigin(order);
  const socket = await (isSocks(route.proxy.protocol)
    ? dialSocks(order, route.proxy)
    : dialProxy(order, route.proxy));
  return route.way === 'tunnel' && origin.protocol === 'https:'
    ? secureOrigin(order, socket)
    : socket;
}

function dialOrigin(order: DialOrder): Promise<Socket> {
  const { origin, tcp } = order;
  const path = tcp?.socketPath;
  return runPhase(connectLimits(order), async (hold) => {
    const opening =
      path === undefined
        ? openTcp(origin.hostname, origin.port, hold, tcp)
        : openUnixSocket(path, hold);
    const socket = await opening.catch((cause: unknown) => {
      throw originUnreachable(origin, cause, path);
    });
    return origin.protocol === 'https:' ? upgradeOrigin(order, socket, hold) : socket;
  });
}

function dialProxy(order: DialOrder, proxy: ProxyServer): Promise<Socket> {
  const tunnelTo = order.route.way === 'tunnel' ? order.origin.connectAuthority : undefined;
  return runPhase(proxyLimits(order, proxy), (hold) =>
    openHttpProxy(proxy, tunnelTo, hold, order.tcp),
  );
}

/** The SOCKS code is loaded on first use. A name that is looked up here is the origin's, so `connectMs` limits the look-up. */
async function dialSocks(order: DialOrder, proxy: ProxyServer): Promise<Socket> {
  const { origin, tcp } = order;
  const { openSocks, socksHosts } = await import('./socks.js');
  const hosts = await runPhase(connectLimits(order), () => socksHosts(proxy, origin, tcp));
  return runPhase(proxyLimits(order, proxy), (hold) => openSocks(proxy, origin, hosts, hold, tcp));
}

/** TLS inside an open tunnel: from here on a failure is the origin's. */
function secureOrigin(order: DialOrder, tunnel: Socket): Promise<Socket> {
  return runPhase(connectLimits(order), (hold) => {
    hold(tunnel);
    return upgradeOrigin(order, tunnel, hold);
  });
}

function upgradeOrigin(
  order: DialOrder,
  socket: Socket,
  hold: (socket: Socket) => void,
): Promise<Socket> {
  const { origin, route, tls } = order;
  const sessionKey = `origin|${origin.href}|${route.proxy?.key ?? ''}`;
  return openTls(socket, { host: origin.hostname, tls, field: 'tls', sessionKey }, hold).catch(
    (cause: unknown) => {
      const error = originTlsFailed(origin, route, cause);
      if (mayBeOfResumption(cause)) ofResumption(error);
      throw error;
    },
  );
}

function proxyLimits(order: DialOrder, proxy: ProxyServer) {
  const timeoutMs = order.timeouts.proxyMs;
  return {
    timeoutMs,
    timedOut: () => dialTimedOut('proxy', timeoutMs, proxy.href),
    signal: order.signal,
  };
}

function connectLimits(order: DialOrder) {
  const timeoutMs = order.timeouts.connectMs;
  return {
    timeoutMs,
    timedOut: () => connectTimedOut(timeoutMs, order.origin, order.route),
    signal: order.signal,
  };
}

/** A PAC file is not a proxy; the caller should have asked it for one. It is never ignored, and never means direct. */
function refuseUnresolved(proxy: ProxyServer): void {
  if (!proxy.protocol.startsWith('pac+')) return;
  throw new ConfigurationError(
    `${proxy.protocol} names a PAC file, not a proxy, so no connection can be made to it; nothing was sent`,
    {
      field: 'httpProxy',
      hint: 'Give it as httpProxy to a driver, which asks the file for a proxy, or make the route with the proxy itself.',
    },
  );
}

/** A unix socket leads straight to the origin, so a proxy cannot be used with it, and must not be ignored. */
function refuseBesideUnixSocket(tcp: TcpOptions | undefined, proxy: ProxyServer): void {
  if (tcp?.socketPath === undefined) return;
  throw new ConfigurationError(
    `The transport has a socketPath, so it reaches origins by a unix socket, but the request has the proxy ${proxy.href}; nothing was sent`,
    {
      field: 'httpProxy',
      hint: 'Set httpProxy: false for the driver with socketPath, or use a transport without socketPath.',
    },
  );
}
