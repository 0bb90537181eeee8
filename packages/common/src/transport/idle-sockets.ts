/** Open sockets without a request: the one used last is used next, and none is kept for too long. */
import { Alarm } from './alarm.js';
import type { Lease } from './lease.js';

/** A socket is closed this long before its hint ends, so that it is not used just when the peer closes it. */
const HINT_MARGIN_MS = 1_000;

export class IdleSockets {
  readonly #keptMs: number;
  /** Oldest first. Sockets are taken from the end, so that few stay in use and the rest expire. */
  readonly #leases: Lease[] = [];
  readonly #expiry = new Alarm(() => this.#expire());

  /** @param keptMs how long a socket is kept if its peer gives no shorter hint, in milliseconds */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  get size(): number {
    return this.#leases.length;
  }

  /** Since when the oldest has been idle, in `performance.now()` milliseconds; `undefined` if there is none. */
  get oldestSince(): number | undefined {
    return this.#leases[0]?.idleSince;
  }

  /** The newest one that is still alive. */
  take(): Lease | undefined {
    for (let lease = this.#leases.pop(); lease !== undefined; lease = this.#leases.pop()) {
      lease.idle = false;
      if (lease.socket.destroyed || !lease.socket.writable) continue;
      lease.socket.ref();
      return lease;
    }
    return undefined;
  }

  /** Adds a socket, or ends it if its peer is about to. */
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
    // The timer must not keep a process alive.
    lease.socket.unref();
    this.#leases.push(lease);
    this.#expiry.by(lease.expiresAt);
  }

  /** Ends the oldest, to make room for a new socket. */
  endOldest(): void {
    this.#leases.shift()?.socket.destroy();
  }

  /** Ends the newest, to make room for a new socket. */
  endNewest(): void {
    this.#leases.pop()?.socket.destroy();
  }

  /** Removes a socket that has closed. */
  forget(lease: Lease): void {
    const index = this.#leases.indexOf(lease);
    if (index >= 0) this.#leases.splice(index, 1);
  }

  /** Stops the expiry; the caller then ends the sockets. */
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
