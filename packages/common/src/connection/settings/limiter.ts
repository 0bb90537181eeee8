/** Enforces the limits of one connection: which attempts may begin now, and which wait, in what order. */
import type { Readable } from 'node:stream';
import { LONGEST_TIMER_MS } from '../../transport/timeouts.js';
import { UnreadWatch, type HeldAnswer, type Waiting } from '../../transport/unread.js';
import type { Limits } from '../options/limits-option.js';

/** A late timer is made up for, up to this many milliseconds: otherwise the rate would be below the limit. */
const LATE_MS = 20;

/** A place in the queue. */
export interface Turn {
  /** Resolves when the attempt may begin; it then holds a place until `leave`. */
  readonly come: Promise<void>;
  /** Leaves the queue, or gives back the place if the turn has come already. */
  cancel(): void;
}

interface Waiter extends Waiting {
  readonly begin: () => void;
}

/** First come, first served: an attempt that comes while others wait joins the end of the queue. */
export class Limiter {
  readonly limits: Limits;
  readonly #intervalMs: number;
  readonly #queue = new Set<Waiter>();
  /** The streams that hold a place. */
  readonly #streams = new Set<{ readonly answer: HeldAnswer }>();
  readonly #unread = new UnreadWatch(this.#streams, this.#queue);
  #running = 0;
  /**
   * When the bucket will be full again, in `performance.now()` milliseconds: each attempt moves it forward by the time of one
   * token. With a moment instead of a count of tokens no timer has to refill the bucket.
   */
  #fullAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#intervalMs = 1_000 / limits.perSecond;
  }

  /** Takes a place: `undefined` if that was possible at once, otherwise a place in the queue. */
  enter(poolMs: number): Turn | undefined {
    const now = performance.now();
    if (this.#queue.size === 0 && this.#free() && this.#waitMs(now) <= 0) {
      this.#take(Math.max(this.#fullAt, now));
      return undefined;
    }
    let begun = false;
    let waiter: Waiter;
    const come = new Promise<void>((resolve) => {
      waiter = {
        since: now,
        poolMs,
        begin: () => {
          begun = true;
          resolve();
        },
      };
    });
    this.#queue.add(waiter!);
    if (!this.#free()) this.#unread.queued(waiter!);
    this.#admit();
    const cancel = (): void => {
      if (begun) this.leave();
      else if (this.#queue.delete(waiter)) this.#admit();
    };
    return { come, cancel };
  }

  /** An attempt is over. */
  leave(): void {
    this.#running -= 1;
    this.#admit();
  }

  /** Keeps the place of an attempt until the stream of its answer has closed. */
  leaveAfter(body: Readable, href: string, idleMs: number): void {
    if (body.closed) {
      this.leave();
      return;
    }
    const held = { answer: { body, href, since: performance.now(), idleMs } };
    this.#streams.add(held);
    this.#unread.answered(held.answer);
    body.once('close', () => {
      this.#streams.delete(held);
      this.leave();
    });
  }

  #free(): boolean {
    return this.#running < this.limits.concurrent;
  }

  /** How long until the next token. */
  #waitMs(now: number): number {
    return this.#fullAt - (this.limits.burst - 1) * this.#intervalMs - now;
  }

  #take(from: number): void {
    this.#running += 1;
    this.#fullAt = from + this.#intervalMs;
  }

  /** Starts the attempts that may begin. If the first of the queue waits for a token, one timer is set for it. */
  #admit(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#queue) {
      if (!this.#free()) return;
      const now = performance.now();
      const waitMs = this.#waitMs(now);
      if (waitMs > 0) {
        this.#timer = setTimeout(
          () => this.#admit(),
          Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS),
        );
        return;
      }
      this.#queue.delete(waiter);
      this.#take(Math.max(this.#fullAt, now - LATE_MS));
      waiter.begin();
    }
  }
}
