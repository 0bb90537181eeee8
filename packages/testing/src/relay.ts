/** A port that can go down and come back, or break connections off in mid-answer, whatever stands behind it. */
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** What passed on one connection of a relay. */
export interface Relayed {
  /** What came from behind, in the pieces that it came in. */
  readonly pieces: readonly Buffer[];
  /** How much of that had come when the client spoke again: in TLS 1.3 the handshake of the server. */
  readonly flight: number;
}

/** A port that can go down and come back, whatever stands behind it. */
export interface Relay {
  /** `127.0.0.1` and the port. */
  readonly authority: string;
  readonly port: number;
  /** Every connection since the start, in order of arrival. */
  readonly connections: readonly Relayed[];
  /** How many connections were broken off. */
  cuts(): number;
  /** How many sockets are open now, of both sides. */
  openSockets(): number;
  /** Resets what is open, and refuses what comes. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  /** As `down`. */
  close(): Promise<void>;
}

/** Where a relay breaks connections off, and how. */
export interface RelayCut {
  /** How many bytes of an answer pass, asked for whenever more of it has come; `undefined` lets all of it pass. */
  at(answer: Buffer): number | undefined;
  /** `end` is a FIN, `reset` a RST. Under TLS neither says goodbye. */
  readonly by: 'end' | 'reset';
  /** How many connections are broken off; later ones pass whole. Default: each. */
  readonly times?: number | undefined;
}

/** The sockets of both sides; none may be left. */
class Sockets {
  readonly open = new Set<Socket>();
  readonly #alone = new WeakSet<Socket>();

  /** Lets each of a pair go with the other. */
  pair(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(socket);
      socket.on('error', () => this.#follow(other));
      socket.on('close', () => {
        this.open.delete(socket);
        this.#follow(other);
      });
    }
  }

  /** From now on it goes by itself: not in good order before its reset, because the other one has gone. */
  part(socket: Socket): void {
    this.#alone.add(socket);
  }

  #follow(socket: Socket): void {
    if (!this.#alone.has(socket)) socket.destroy();
  }
}

/** Breaks `client` off behind its last bytes. */
async function breakOff(client: Socket, last: Buffer, by: RelayCut['by']): Promise<void> {
  if (last.length > 0) client.write(last);
  if (by === 'end') return void client.end();
  // With bytes that were not read yet, a reset is read as an end. The client turns in the same circle as we do.
  for (let turns = 0; turns < 3; turns += 1) await turn();
  client.resetAndDestroy();
}

/**
 * Starts a relay on a free port of loopback: what stands behind it seems to go away, to come back, or to break off.
 *
 * @param port of 127.0.0.1, to which each connection is handed on
 * @param cut where connections are broken off; left out: nowhere
 *
 * @example
 * const relay = await startRelay(proxy.port);
 * const driver = new S3Storage({ ...options, httpProxy: `http://${relay.authority}` });
 * await relay.down(); // the proxy is gone, and refuses connections …
 * await relay.up(); // … and is back
 */
export async function startRelay(port: number, cut?: RelayCut): Promise<Relay> {
  const sockets = new Sockets();
  const connections: Relayed[] = [];
  let cuts = 0;

  const accept = (client: Socket): void => {
    const server = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const pieces: Buffer[] = [];
    const relayed = { pieces, flight: 0 };
    connections.push(relayed);
    sockets.pair(client, server);
    client.on('data', () => {
      if (relayed.flight === 0) relayed.flight = Buffer.concat(pieces).length;
    });
    client.pipe(server);
    server.on('data', (piece: Buffer) => void pieces.push(piece));
    if (cut === undefined || cuts >= (cut.times ?? Infinity)) return void server.pipe(client);
    let broken = false;
    server.on('data', (piece: Buffer) => {
      const whole = Buffer.concat(pieces);
      const passing = cut.at(whole);
      if (passing === undefined) return void client.write(piece);
      cuts += 1;
      broken = true;
      sockets.part(client);
      server.removeAllListeners('data').resume();
      client.unpipe(server);
      client.resume();
      // A server that is open to halves would wait for the rest of a handshake.
      client.prependListener('close', () => server.resetAndDestroy());
      void breakOff(client, piece.subarray(0, passing - (whole.length - piece.length)), cut.by);
    });
    // Once it is broken off, a good end from behind must not come before the reset.
    server.on('end', () => {
      if (!broken) client.end();
    });
  };
  let listener: net.Server | undefined;
  let own = 0;

  async function up(): Promise<void> {
    const made = net.createServer({ noDelay: true }, accept);
    listener = made;
    await new Promise<void>((resolve, reject) => {
      made.once('error', reject);
      made.listen(own, '127.0.0.1', resolve);
    });
    own = (made.address() as AddressInfo).port;
  }

  async function down(): Promise<void> {
    const made = listener;
    listener = undefined;
    const closed = new Promise((resolve) => (made ? made.close(resolve) : resolve(undefined)));
    for (const socket of sockets.open) socket.resetAndDestroy();
    await closed;
  }

  await up();
  return {
    authority: `127.0.0.1:${own}`,
    port: own,
    connections,
    cuts: () => cuts,
    openSockets: () => sockets.open.size,
    up,
    down,
    close: down,
  };
}
