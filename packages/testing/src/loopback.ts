import type { AddressInfo, Server, Socket } from 'node:net';

/** The two loopback addresses a fixture may bind to; nothing else is ever listened on. */
export type LoopbackHost = '127.0.0.1' | '::1';

/** The certificate side of a fixture that speaks TLS. */
export interface ServerTls {
  /** The server's certificate (chain), PEM. */
  readonly cert: string;
  /** Its private key, PEM. */
  readonly key: string;
  /** Roots that client certificates are checked against, PEM. */
  readonly ca?: string | undefined;
  /** `true` asks every client for a certificate, and refuses those that `ca` did not sign. Default: `false`. */
  readonly requestCert?: boolean | undefined;
}

/** The books a server keeps of its TCP sockets. */
export interface SocketBooks {
  /** TCP connections accepted since the start, failed TLS handshakes included. */
  connections(): number;
  /** TCP connections open now. */
  openSockets(): number;
  /** The number of the connection that comes from this client port: 1 for the first; 0 where there is none. */
  socketIdOf(remotePort: number | undefined): number;
  /** Destroys the open sockets and goes on listening: what a peer sees that drops idle connections. */
  destroySockets(): void;
}

/** A listening server that knows its sockets, so that a leak can be counted and a teardown never hangs. */
export interface Loopback extends SocketBooks {
  readonly port: number;
  /** `host:port`, with brackets around an IPv6 address. */
  readonly authority: string;
  /** Destroys every socket and stops listening. A second call does nothing. */
  close(): Promise<void>;
}

/** Accepted connections by both their ports: a TLS server hands out another socket object than the one it accepted. */
const accepted = new Map<string, Socket>();

function portsOf({ localPort, remotePort }: Socket): string {
  return `${localPort} ${remotePort}`;
}

/** Resets the TCP connection of a socket that a server handed out, beneath its TLS where it has some. */
export function resetConnection(socket: Socket): void {
  const connection = accepted.get(portsOf(socket));
  if (connection === undefined)
    throw new Error('This socket belongs to no server that is listening');
  connection.resetAndDestroy();
}

/**
 * Keeps count of a server's TCP sockets.
 *
 * Counts on the `connection` event, so before any TLS: a socket stuck in its handshake is a socket too.
 */
export function countSockets(server: Server): SocketBooks {
  const open = new Set<Socket>();
  // A TLS server hands out another socket object than the one it accepted; the client's port is what both share.
  const idByPort = new Map<number, number>();
  let count = 0;
  // First in line, so that a socket has its number before anyone else sees it.
  server.prependListener('connection', (socket: Socket) => {
    count += 1;
    open.add(socket);
    const ports = portsOf(socket);
    accepted.set(ports, socket);
    if (socket.remotePort !== undefined) idByPort.set(socket.remotePort, count);
    socket.on('close', () => {
      open.delete(socket);
      if (accepted.get(ports) === socket) accepted.delete(ports);
    });
    socket.on('error', () => {});
  });
  return {
    connections: () => count,
    openSockets: () => open.size,
    socketIdOf: (remotePort) => (remotePort === undefined ? 0 : (idByPort.get(remotePort) ?? 0)),
    destroySockets: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

/** What a client remembers of a server, by its address, must not be taken for another that comes to stand there. */
const served = new Set<number>();

/** Lets a server listen on a free port of a loopback address, one that none has had before it, and keeps count of its TCP sockets. */
export async function listenOnLoopback(
  server: Server,
  host: LoopbackHost = '127.0.0.1',
): Promise<Loopback> {
  const books = countSockets(server);
  let port = await listen(server, host);
  while (served.has(port)) {
    await new Promise((resolve) => server.close(resolve));
    port = await listen(server, host);
  }
  served.add(port);
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      books.destroySockets();
    });
    return closing;
  }
  return { ...books, port, authority: host === '::1' ? `[::1]:${port}` : `${host}:${port}`, close };
}

function listen(server: Server, host: LoopbackHost): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
