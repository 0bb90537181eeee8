/** The timers of one exchange, the same under every engine: headers, idle, total. */
import { exchangeTimedOut } from '../wire/failure.js';
import { totalPassed } from './deadline.js';
import { MovingTimer } from './moving-timer.js';
import type { TransportRequest } from './transport.js';

/** What the timers ask of the exchange that they bound. */
export interface Timed {
  /** How far the answer is: `begun` with its headers, `complete` with the last byte from the wire. */
  readonly answer: 'none' | 'begun' | 'complete';
  /** Whether a silence is ours and not the peer's: the reader has bytes to take, or the source has none to give. */
  waitsForUs(): boolean;
  /** A timer has fired. */
  fail(reason: Error): void;
}

export class ExchangeTimer {
  readonly #request: TransportRequest;
  readonly #timed: Timed;
  readonly #timer = new MovingTimer(() => this.#onDue());
  #phase: 'headers' | 'idle' = 'headers';

  constructor(request: TransportRequest, timed: Timed) {
    this.#request = request;
    this.#timed = timed;
  }

  /** From now on the headers are waited for, or bodies travel. */
  enter(phase: 'headers' | 'idle'): void {
    this.#phase = phase;
    this.stir();
  }

  /** Bytes have moved: the wait begins anew. */
  stir(): void {
    const { timeouts, deadlineAt } = this.#request;
    const { headersMs, idleMs } = timeouts;
    const at = performance.now() + (this.#phase === 'headers' ? headersMs : idleMs);
    this.#timer.set(deadlineAt === undefined ? at : Math.min(at, deadlineAt));
  }

  /** No byte is to come any more: only the total, and the signal, still bound what the reader does. */
  awaitReader(): void {
    this.#timer.set(this.#request.deadlineAt ?? Infinity);
  }

  clear(): void {
    this.#timer.clear();
  }

  #onDue(): void {
    const { timeouts, deadlineAt } = this.#request;
    const { headersMs, idleMs } = timeouts;
    if (deadlineAt !== undefined && performance.now() >= deadlineAt) {
      this.#timed.fail(totalPassed(this.#request, this.#requestSent));
    } else if (this.#timed.answer === 'complete') {
      this.awaitReader();
    } else if (this.#phase === 'headers') {
      this.#timeOut('headers', headersMs);
    } else if (this.#timed.waitsForUs()) {
      this.stir();
    } else {
      this.#timeOut('idle', idleMs);
    }
  }

  #timeOut(phase: 'headers' | 'idle', timeoutMs: number): void {
    const { origin, route } = this.#request;
    this.#timed.fail(exchangeTimedOut(phase, timeoutMs, origin, route, this.#requestSent));
  }

  get #requestSent(): 'maybe' | 'yes' {
    return this.#timed.answer === 'none' ? 'maybe' : 'yes';
  }
}
