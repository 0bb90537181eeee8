/** A pooled socket, as the pool and one exchange at a time hold it. */
import type { Socket } from 'node:net';

/** One open socket and what is known of its use. */
export class Lease {
  readonly socket: Socket;
  /** Requests that it has carried, the current one included. */
  uses = 0;
  /** When it is to be closed if nobody takes it, in `performance.now()` milliseconds. */
  expiresAt = 0;
  /** How long the peer said it keeps an idle connection, in milliseconds. */
  keepAliveHintMs: number | undefined;
  /** Told at each piece that arrives while an exchange holds the socket. */
  onBytes: (() => void) | undefined;
  idle = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get reused(): boolean {
    return this.uses > 1;
  }
}
