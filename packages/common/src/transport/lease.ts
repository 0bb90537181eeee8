/** A pooled socket, as the pool and one exchange at a time use it. */
import type { Socket } from 'node:net';
import type { HeldAnswer } from './unread.js';

/** Is called for each piece that arrives. */
export interface Watcher {
  stir(): void;
}

/** One open socket and what is known of its use. */
export class Lease {
  readonly socket: Socket;
  /** Requests that it has carried, the current one included. */
  uses = 0;
  /** When it is to be closed if nobody takes it, in `performance.now()` milliseconds. */
  expiresAt = 0;
  /** How long the peer said it keeps an idle connection, in milliseconds. */
  keepAliveHintMs: number | undefined;
  /** The answer that it carries, from its headers until its body is read. */
  answer: HeldAnswer | undefined;
  idle = false;
  /** Since when it has been idle, in `performance.now()` milliseconds. */
  idleSince = 0;
  #watcher: Watcher | undefined;
  #watching = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get reused(): boolean {
    return this.uses > 1;
  }

  /**
   * Calls `watcher` for each piece that arrives. Call this when the parser listens, since the first listener makes the socket
   * flow. Bytes on an idle socket end it: they would be taken for the answer to the next request.
   */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
    if (this.#watching) return;
    this.#watching = true;
    this.socket.on('data', () => {
      if (this.idle) this.socket.destroy();
      else this.#watcher?.stir();
    });
  }

  unwatch(): void {
    this.#watcher = undefined;
  }
}
