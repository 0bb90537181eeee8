/** A TCP connection, open. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';

/** Answers a NAT that forgets silent connections: the first probe after this silence. */
const KEEP_ALIVE_PROBE_MS = 30_000;

/** Opens a connection to a host (a name, or an address without brackets). Rejects with Node's own error. */
export function openTcp(
  host: string,
  port: number,
  hold: (socket: Socket) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Without noDelay a body written in pieces waits 40 ms for the peer's delayed acknowledgement.
    const socket = connect(
      // No prototype: a `path` that somebody added to Object.prototype would make it a unix socket.
      Object.assign(Object.create(null) as TcpNetConnectOpts, {
        host,
        port,
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
