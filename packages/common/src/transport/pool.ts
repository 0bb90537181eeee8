/** The sockets of one route to one place: a limited number, kept alive between requests, with a queue for waiting requests. */
import type { Socket } from 'node:net';
import { following, onAbort } from '../abort.js';
import { patientTimeout } from '../patient-timeout.js';
import { dial, type DialOrder } from '../wire/dial.js';
import { dialTimedOut } from '../wire/failure.js';
import type { TcpOptions } from '../wire/tcp.js';
import { closedMeanwhile } from './closed.js';
import { IdleSockets } from './idle-sockets.js';
import { Lease } from './lease.js';
import { socketClosed, socketFailed, socketOpened, type SocketPlace } from './socket-events.js';
import { UnreadWatch, type HeldAnswer, type Waiting } from './unread.js';

/** How many sockets a pool may hold, and for how long an idle one is kept. */
export interface PoolLimits {
  readonly maxSockets: number;
  readonly idleSocketMs: number;
  /** How its connections are made. */
  readonly tcp?: TcpOptions | undefined;
}

/** What a request asks of the pool. */
export interface Demand extends DialOrder {
  readonly timeouts: DialOrder['timeouts'] & { readonly poolMs: number };
  /** Refuses a socket that has already carried a request. */
  readonly freshSocket?: boolean | undefined;
}

interface Waiter extends Waiting {
  readonly demand: Demand;
  readonly give: (lease: Lease | Promise<Lease>) => void;
}

/** A peer that closes every connection after its answer has done so within this time. */
const PROOF_MS = 500;

export class SocketPool {
  readonly #limits: PoolLimits;
  readonly #idle: IdleSockets;
  readonly #leases = new Set<Lease>();
  readonly #waiting = new Set<Waiter>();
  /** Those for whom a socket is closing, so that they can have a new one in its place. */
  readonly #promised = new Set<Waiter>();
  readonly #dials = new Set<AbortController>();
  readonly #unread = new UnreadWatch(this.#leases, this.#waiting);
  /** Sockets open or being opened. */
  #size = 0;
  #closed = false;
  #keepsAlive = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
    this.#idle = new IdleSockets(limits.idleSocketMs);
  }

  /** Whether every socket is idle and no request waits, so that the pool can be dropped. */
  get dormant(): boolean {
    return this.#size === this.#idle.size && this.#waiting.size + this.#promised.size === 0;
  }

  /**
   * Whether the peer has shown that it keeps connections: a second request was answered on one, or one has been idle for
   * a while. tinyproxy announces keep-alive, then closes the connection after the answer.
   */
  get keepsAlive(): boolean {
    const since = this.#idle.oldestSince;
    this.#keepsAlive ||= since !== undefined && performance.now() - since >= PROOF_MS;
    return this.#keepsAlive;
  }

  /** Whether it has been closed, and its sockets with it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** An idle socket that is still alive, at once. */
  take(): Lease | undefined {
    const lease = this.#idle.take();
    if (lease !== undefined) lease.uses += 1;
    return lease;
  }

  /** A socket: an idle one, a new one, or, if the pool is full, the next one that is given back. */
  acquire(demand: Demand): Promise<Lease> {
    if (this.#closed) return Promise.reject(closedMeanwhile());
    if (demand.freshSocket !== true) {
      const lease = this.take();
      if (lease !== undefined) return Promise.resolve(lease);
    } else if (this.#size >= this.#limits.maxSockets) {
      // The oldest idle socket shows whether the peer keeps connections, so it is kept until that is known.
      if (this.keepsAlive) this.#idle.endOldest();
      else this.#idle.endNewest();
    }
    return this.#size < this.#limits.maxSockets ? this.#open(demand) : this.#wait(demand);
  }

  /**
   * Every engine calls this when the headers of an answer have come on a leased socket, before it hands the body over.
   * Until the socket comes back, the pool ends a body that nobody reads (see `UnreadWatch`).
   */
  answered(lease: Lease, answer: HeldAnswer): void {
    lease.answer = answer;
    this.#unread.answered(answer);
  }

  /** Takes back a socket that was leased and not used. */
  release(lease: Lease): void {
    const { socket } = lease;
    lease.unwatch();
    lease.answer = undefined;
    if (this.#closed || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#idle.add(lease);
      return;
    }
    this.#waiting.delete(next);
    if (next.demand.freshSocket === true) {
      this.#promised.add(next);
      socket.destroy();
    } else {
      lease.uses += 1;
      next.give(lease);
    }
  }

  /** Takes back a socket whose answer was read to the end. */
  free(lease: Lease): void {
    if (lease.reused) this.#keepsAlive = true;
    this.release(lease);
  }

  /** Ends every socket, in use or not; resolves when all are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#idle.stop();
    this.#unread.stop();
    for (const waiter of [...this.#waiting, ...this.#promised])
      waiter.give(Promise.reject(closedMeanwhile()));
    for (const each of this.#dials) each.abort(closedMeanwhile());
    const ends = [...this.#leases].map(
      ({ socket }) => new Promise<void>((resolve) => void socket.once('close', resolve)),
    );
    for (const { socket } of this.#leases) socket.destroy();
    await Promise.all(ends);
  }

  async #open(demand: Demand): Promise<Lease> {
    this.#size += 1;
    const startedAt = performance.now();
    const place: SocketPlace = { origin: demand.origin, route: demand.route };
    try {
      const socket = await this.#dial(demand);
      if (!this.#closed) return this.#adopt(socket, place, startedAt);
      socket.destroy();
      throw closedMeanwhile();
    } catch (error) {
      socketFailed(place, performance.now() - startedAt, error);
      this.#left();
      throw error;
    }
  }

  /** Dials under a signal of its own, so that `close` ends it too. */
  async #dial(demand: Demand): Promise<Socket> {
    const { signal } = demand;
    if (signal?.aborted) throw signal.reason;
    const [ending, stopListening] = following(signal);
    this.#dials.add(ending);
    try {
      return await dial({ ...demand, tcp: this.#limits.tcp, signal: ending.signal });
    } finally {
      this.#dials.delete(ending);
      stopListening();
    }
  }

  #adopt(socket: Socket, place: SocketPlace, startedAt: number): Lease {
    const lease = new Lease(socket);
    const openedAt = performance.now();
    socketOpened(place, openedAt - startedAt);
    lease.uses = 1;
    this.#leases.add(lease);
    // An error must not end the process. TLS that fails after its handshake leaves the connection open, yet useless.
    socket.on('error', () => socket.destroy());
    // Node's http says so when an answer has been read to its end.
    socket.on('free', () => this.free(lease));
    socket.once('end', () => {
      if (lease.idle) socket.destroy();
    });
    socket.once('close', () => {
      this.#leases.delete(lease);
      lease.answer = undefined;
      socketClosed(place, performance.now() - openedAt, lease.uses);
      if (lease.idle) this.#idle.forget(lease);
      this.#left();
    });
    return lease;
  }

  /** There is room for one more socket: the request that has waited longest opens it. */
  #left(): void {
    this.#size -= 1;
    if (this.#closed) return;
    const [next] = this.#promised.size > 0 ? this.#promised : this.#waiting;
    next?.give(this.#open(next.demand));
  }

  #wait(demand: Demand): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const { signal, timeouts, origin } = demand;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const settle = (): void => {
        stopTimer();
        stopListening?.();
        this.#waiting.delete(waiter);
        this.#promised.delete(waiter);
      };
      const waiter: Waiter = {
        demand,
        since: performance.now(),
        poolMs: timeouts.poolMs,
        give: (lease) => {
          settle();
          resolve(lease);
        },
      };
      const stopTimer = patientTimeout(() => {
        settle();
        reject(dialTimedOut('pool', timeouts.poolMs, origin.href));
      }, timeouts.poolMs);
      const stopListening =
        signal &&
        onAbort(signal, () => {
          settle();
          // The caller's own reason comes back as it is, whatever it is.
          reject(signal.reason);
        });
      this.#waiting.add(waiter);
      this.#unread.queued(waiter);
    });
  }
}
