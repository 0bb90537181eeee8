/** Open sockets that carry nothing now: the last to come is the first to go out again, and none is kept for too long. */
import { Alarm } from './alarm.js';
import type { Lease } from './lease.js';

/** Leaves the peer time to say that it closes: a socket is not kept to the last moment of its hint. */
const HINT_MARGIN_MS = 1_000;

export class IdleSockets {
  readonly #keptMs: number;
  /** Oldest first; taken from the end, so that few sockets stay warm and the rest expire. */
  readonly #leases: Lease[] = [];
  readonly #expiry = new Alarm(() => this.#expire());

  /** @param keptMs how long one is kept where its peer gives no shorter hint, in milliseconds */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  get size(): number {
    return this.#leases.length;
  }

  /** Since when the oldest has been idle, in `performance.now()` milliseconds; `undefined` where there is none. */
  get oldestSince(): number | undefined {
    return this.#leases[0]?.idleSince;
  }

  /** The last to come of those that are still alive. */
  take(): Lease | undefined {
    for (let lease = this.#leases.pop(); lease !== undefined; lease = this.#leases.pop()) {
      lease.idle = false;
      if (lease.socket.destroyed || !lease.socket.writable) continue;
      lease.socket.ref();
      return lease;
    }
    return undefined;
  }

  /** Takes one in, or ends it, where its peer is about to. */
  add(lease: Lease): void {
    const hint = lease.keepAliveHintMs;
    const keepMs = Math.min(this.#keptMs, hint === undefined ? Infinity : hint - HINT_MARGIN_MS);
    if (keepMs <= 0) {
      lease.socket.destroy();
      return;
    }
    lease.idle = true;
    lease.idleSince = performance.now();
    lease.expiresAt = lease.idleSince + keepMs;
    // A process with nothing else to do may end.
    lease.socket.unref();
    this.#leases.push(lease);
    this.#expiry.by(lease.expiresAt);
  }

  /** Ends the oldest, whose place somebody else needs. */
  endOldest(): void {
    this.#leases.shift()?.socket.destroy();
  }

  /** Ends the one that came last, whose place somebody else needs. */
  endNewest(): void {
    this.#leases.pop()?.socket.destroy();
  }

  /** It has closed. */
  forget(lease: Lease): void {
    const index = this.#leases.indexOf(lease);
    if (index >= 0) this.#leases.splice(index, 1);
  }

  /** Nothing expires any more: whoever stops it ends the sockets. */
  stop(): void {
    this.#expiry.stop();
  }

  #expire(): void {
    const now = performance.now();
    let next = Infinity;
    for (const lease of [...this.#leases]) {
      if (lease.expiresAt <= now) lease.socket.destroy();
      else next = Math.min(next, lease.expiresAt);
    }
    this.#expiry.by(next);
  }
}
