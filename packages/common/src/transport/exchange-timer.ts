/** The timers of one exchange, the same under every engine: headers, idle, total. */
import { exchangeTimedOut } from '../wire/failure.js';
import { totalPassed } from './deadline.js';
import { MovingTimer } from './moving-timer.js';
import type { TransportRequest } from './transport.js';

/** What the timers need from their exchange. */
export interface Timed {
  /** The state of the answer: `begun` after its headers, `complete` after its last byte was received. */
  readonly answer: 'none' | 'begun' | 'complete';
  /** Whether this side causes the silence, not the peer: the reader does not take its bytes, or the source gives none. */
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

  /** From now on the headers are awaited, or bodies are transferred. */
  enter(phase: 'headers' | 'idle'): void {
    this.#phase = phase;
    this.stir();
  }

  /** Bytes have moved: the timer starts again. */
  stir(): void {
    const { timeouts, deadlineAt } = this.#request;
    const { headersMs, idleMs } = timeouts;
    const at = performance.now() + (this.#phase === 'headers' ? headersMs : idleMs);
    this.#timer.set(deadlineAt === undefined ? at : Math.min(at, deadlineAt));
  }

  /** All bytes have come: from now on only the total and the signal limit how long the reader takes. */
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
