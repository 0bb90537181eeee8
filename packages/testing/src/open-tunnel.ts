import net from 'node:net';
import type { Socket } from 'node:net';
import type { ByteInbox } from './byte-inbox.js';

/** Dials the target of a CONNECT, answers it with `answer`, and passes bytes both ways until one side ends. */
export async function openTunnel(
  socket: Socket,
  inbox: ByteInbox,
  target: string,
  answer: string | Uint8Array,
): Promise<void> {
  const { hostname, port } = new URL(`connect://${target}`);
  const upstream = net.connect({ port: Number(port), host: hostname.replace(/^\[|\]$/g, '') });
  upstream.on('error', () => socket.destroy());
  upstream.on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
  await new Promise<void>((resolve) => upstream.once('connect', resolve));
  socket.write(answer);
  inbox.handOver(upstream);
  upstream.pipe(socket);
}
