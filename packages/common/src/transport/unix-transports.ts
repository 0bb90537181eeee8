/** Which transports reach origins by a unix socket: what they send never leaves this machine. */
import type { Transport } from './transport.js';
import type { SocketSettings } from './socket-options.js';

const transports = new WeakSet<Transport>();

/** Remembers a transport of ours that was told a `socketPath`. */
export function noteUnixSocket(transport: Transport, { tcp }: SocketSettings): void {
  if (tcp?.socketPath !== undefined) transports.add(transport);
}

/** Whether the direct requests of a transport go by a unix socket. */
export function goesByUnixSocket(transport: Transport): boolean {
  return transports.has(transport);
}
