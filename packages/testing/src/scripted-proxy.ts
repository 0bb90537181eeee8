import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { listenOnLoopback } from './loopback.js';
import type { LoopbackHost, ServerTls } from './loopback.js';

/** The head of a request as a client wrote it. */
export interface RequestHead {
  readonly method: string;
  /** `host:port` for CONNECT, a URL in absolute-form. */
  readonly target: string;
  /** Name and value pairs in the order and spelling of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The head byte for byte (latin1), the empty line at its end included. */
  readonly raw: string;
}

/** One connection of a scripted proxy; `received` grows as bytes arrive. */
export interface ScriptedConnection {
  /** Number of the connection at this proxy, from 1. */
  readonly socketId: number;
  /** The first MiB of what the client sent, tunnelled bytes included. */
  readonly received: Buffer;
  /** All bytes the client sent. */
  readonly receivedBytes: number;
  /** `true` once the connection is closed. */
  readonly closed: boolean;
}

/** What a script can do besides writing to its socket. */
export interface ScriptApi extends ScriptedConnection {
  /** Resolves when the head of the first request has arrived; never, where the client sends none. */
  head(): Promise<RequestHead>;
  /** Hands every later byte (and those behind the head) to this function instead of dropping them. */
  onBytes(sink: (chunk: Buffer) => void): void;
  /** Resets the TCP connection, the one below TLS where there is TLS: no alert and no FIN comes before. */
  reset(): void;
}

/** Plays a proxy on one connection; what it throws or rejects with ends that connection. */
export type ConnectionScript = (socket: Socket, api: ScriptApi) => unknown;

/** A raw server that does to its clients whatever its script says. */
export interface ScriptedProxy {
  /** Scheme, address and port, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every connection since the start, in order of arrival. */
  readonly connections: readonly ScriptedConnection[];
  /** TCP connections open now. */
  openSockets(): number;
  /** Destroys the sockets and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a scripted proxy is started. */
export interface ScriptedProxyOptions {
  /** Makes it speak TLS with this certificate. Default: in clear. */
  readonly tls?: ServerTls | undefined;
  /** The address it listens on. @default '127.0.0.1' */
  readonly host?: LoopbackHost | undefined;
}

const keptBytes = 1024 * 1024;
const endOfHead = '\r\n\r\n';

/** Reads a request's head, the empty line at its end included. */
export function parseHead(raw: string): RequestHead {
  const [requestLine = '', ...lines] = raw.slice(0, -endOfHead.length).split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  return { method, target, headers, raw };
}

/** Takes the bytes of one socket: keeps them, cuts the first head off, hands the rest on. */
function listenTo(socket: Socket, socketId: number, tcp: Socket): ScriptApi {
  const kept: Buffer[] = [];
  let keptSoFar = 0;
  let receivedBytes = 0;
  let closed = false;
  let beforeHead: Buffer | undefined = Buffer.alloc(0);
  const behindHead: Buffer[] = [];
  let sink: ((chunk: Buffer) => void) | undefined;
  let headArrived: (head: RequestHead) => void;
  const head = new Promise<RequestHead>((resolve) => (headArrived = resolve));

  function pass(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (sink) sink(chunk);
    else behindHead.push(chunk);
  }

  socket.on('data', (chunk: Buffer) => {
    receivedBytes += chunk.length;
    if (keptSoFar < keptBytes) {
      const piece = chunk.subarray(0, keptBytes - keptSoFar);
      kept.push(piece);
      keptSoFar += piece.length;
    }
    if (!beforeHead) return pass(chunk);
    beforeHead = Buffer.concat([beforeHead, chunk]);
    const end = beforeHead.indexOf(endOfHead);
    if (end < 0) return;
    const rest = beforeHead.subarray(end + endOfHead.length);
    headArrived(parseHead(beforeHead.toString('latin1', 0, end + endOfHead.length)));
    beforeHead = undefined;
    pass(rest);
  });
  socket.on('close', () => (closed = true));
  socket.on('error', () => {});

  return {
    socketId,
    get received() {
      return Buffer.concat(kept);
    },
    get receivedBytes() {
      return receivedBytes;
    },
    get closed() {
      return closed;
    },
    head: () => head,
    onBytes(to) {
      sink = to;
      for (const chunk of behindHead.splice(0)) to(chunk);
    },
    reset: () => void tcp.resetAndDestroy(),
  };
}

/**
 * Starts a raw TCP (or TLS) server that plays a proxy's odd moments: silence, garbage, half an answer.
 *
 * `scripts` holds ready-made ones; a script is any function of the socket.
 *
 * @example
 * const proxy = await startScriptedProxy(scripts.refuse(403));
 * // … a call through proxy.url fails …
 * console.log(proxy.connections[0]?.received.toString()); // CONNECT api.example:443 HTTP/1.1 …
 */
export async function startScriptedProxy(
  onConnection: ConnectionScript,
  options: ScriptedProxyOptions = {},
): Promise<ScriptedProxy> {
  const connections: ScriptedConnection[] = [];
  // A TLS server hands out another socket than the one that it accepted; the client's port is what both share.
  const tcpByPort = new Map<number | undefined, Socket>();
  const accept = (socket: Socket): void => {
    // A client that ends its side does not end the script's. One that gives up within the TLS handshake has no script yet.
    socket.allowHalfOpen = true;
    const { remotePort } = socket;
    const tcp = tcpByPort.get(remotePort) ?? socket;
    tcpByPort.delete(remotePort);
    const api = listenTo(socket, loopback.socketIdOf(remotePort), tcp);
    connections.push(api);
    void (async () => onConnection(socket, api))().catch(() => socket.destroy());
  };
  const server = options.tls
    ? tls.createServer({ ...options.tls }, accept)
    : net.createServer(accept);
  server.on('tlsClientError', () => {});
  if (options.tls)
    server.prependListener('connection', (tcp: Socket) => tcpByPort.set(tcp.remotePort, tcp));
  const loopback = await listenOnLoopback(server, options.host);
  return {
    url: `${options.tls ? 'https' : 'http'}://${loopback.authority}`,
    port: loopback.port,
    connections,
    openSockets: loopback.openSockets,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}
