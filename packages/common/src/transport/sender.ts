/** How a transport sends a request, the same for every engine: a head, a socket of the right pool, an exchange. */
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { closedBefore } from './closed.js';
import { checkDeadline, withDeadline } from './deadline.js';
import { forwardLegs, type ForwardLeg } from './forward-legs.js';
import { headOf, type Head } from './head.js';
import type { Lease } from './lease.js';
import { leaseFor } from './leasing.js';
import { Pools, type Pooled } from './pools.js';
import type { TransportRequest, TransportResponse } from './transport.js';

/** What an engine provides. */
export interface Engine<P extends Pooled> {
  /** A pool, with what the engine keeps for it. */
  pooled(route: Route, origin: Origin): P;
  /**
   * Sends `request` on `lease` and answers at the headers.
   * @param startedAt when the leg began, in `performance.now()` milliseconds
   */
  exchange(
    pooled: P,
    lease: Lease,
    request: TransportRequest,
    head: Head,
    startedAt: number,
  ): Promise<TransportResponse>;
}

export class Sender<P extends Pooled> {
  readonly #engine: Engine<P>;
  readonly #pools: Pools<P>;
  #closed = false;

  constructor(engine: Engine<P>) {
    this.#engine = engine;
    this.#pools = new Pools((route, origin) => engine.pooled(route, origin));
  }

  /** @throws synchronously, not by the promise, if nothing can be sent. */
  checkOpen({ signal }: TransportRequest): void {
    if (this.#closed) throw closedBefore();
    if (signal?.aborted) throw signal.reason;
  }

  // Promises are returned as they are: each `await` would cost another turn of the event loop.
  send(given: TransportRequest): Promise<TransportResponse> {
    try {
      this.checkOpen(given);
      const request = withDeadline(given);
      checkDeadline(request);
      return request.route.way === 'forward'
        ? forwardLegs(request, this.#sendLeg)
        : this.#sendLeg(request);
    } catch (error) {
      // The caller's own reason is rejected with as it is.
      return Promise.reject(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pools.close();
  }

  readonly #sendLeg = (request: TransportRequest, leg?: ForwardLeg): Promise<TransportResponse> => {
    const startedAt = performance.now();
    const head = headOf(request);
    const pooled = this.#pools.get(request.route, request.origin, request.tls);
    const leased = leaseFor(pooled.pool, request, head, leg);
    return leased instanceof Promise
      ? leased.then((lease) => this.#engine.exchange(pooled, lease, request, head, startedAt))
      : this.#engine.exchange(pooled, leased, request, head, startedAt);
  };
}
