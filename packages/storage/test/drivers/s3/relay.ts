/** A port that can go down and come back, whatever stands behind it. */
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Relay {
  readonly url: string;
  /** Resets what is open, and refuses what comes. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
}

/** Hands each connection on to a port of loopback. */
export async function relayTo(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let server: net.Server | undefined;
  let own = 0;

  function accept(client: Socket): void {
    const behind = net.connect({ port, host: '127.0.0.1' });
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  async function up(): Promise<void> {
    const made = net.createServer(accept);
    server = made;
    await new Promise<void>((resolve, reject) => {
      made.once('error', reject);
      made.listen(own, '127.0.0.1', resolve);
    });
    own = (made.address() as AddressInfo).port;
  }

  async function down(): Promise<void> {
    const made = server;
    server = undefined;
    const closed = new Promise((resolve) => (made ? made.close(resolve) : resolve(undefined)));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  await up();
  return { url: `http://127.0.0.1:${own}`, up, down };
}
