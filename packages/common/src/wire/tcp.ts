/** A TCP connection, open. */
import { connect, isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { safeLookup } from './lookup.js';

/** Answers a NAT that forgets silent connections: the first probe after this silence. */
const KEEP_ALIVE_PROBE_MS = 30_000;

/** How connections are made, to origins and proxies alike. What is left out is Node's own default. */
export interface TcpOptions {
  /** Finds the addresses of a name, in the shape of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** The address of this machine that connections go out from. */
  readonly localAddress?: string | undefined;
  /** Names are resolved to this family alone; left out, both are tried, the first that answers wins (RFC 8305). */
  readonly family?: 4 | 6 | undefined;
  /** The unix socket that direct origins are reached by, in place of a host and a port. */
  readonly socketPath?: string | undefined;
}

/** No prototype: what somebody added to Object.prototype is no option. */
const NOTHING_SAID = Object.freeze(Object.create(null) as TcpOptions);

/** Opens a connection to a host (a name, or an address without brackets). Rejects with Node's own error. */
export function openTcp(
  host: string,
  port: number,
  hold: (socket: Socket) => void,
  options: TcpOptions = NOTHING_SAID,
): Promise<Socket> {
  return open({ host, port, ...addressing(options) }, hold);
}

/** Opens a connection to a unix socket. Rejects with Node's own error. */
export function openUnixSocket(path: string, hold: (socket: Socket) => void): Promise<Socket> {
  return open({ path }, hold);
}

function addressing({ lookup, localAddress, family: given }: TcpOptions): object {
  // From an address of one family no connection to the other is possible.
  const family = given ?? (localAddress === undefined ? 0 : isIP(localAddress));
  return {
    lookup: safeLookup(lookup),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(family === 0 ? { autoSelectFamily: true } : { family, autoSelectFamily: false }),
  };
}

function open(where: object, hold: (socket: Socket) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Without noDelay a body written in pieces waits 40 ms for the peer's delayed acknowledgement.
    const socket = connect(
      // No prototype: a `path` that somebody added to Object.prototype would make it a unix socket.
      Object.assign(Object.create(null) as TcpNetConnectOpts, where, {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      }),
    );
    hold(socket);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
