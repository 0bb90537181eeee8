/** One timer for many moments. */

/** Fires no later than the earliest moment that was set. It does not keep a process alive. */
export class Alarm {
  readonly #onRing: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ringsAt = Infinity;

  constructor(onRing: () => void) {
    this.#onRing = onRing;
  }

  /** Sets a moment, in `performance.now()` milliseconds. The timer is set again only if it would fire too late. */
  by(at: number): void {
    if (at >= this.#ringsAt) return;
    clearTimeout(this.#timer);
    this.#ringsAt = at;
    const delayMs = Math.max(1, Math.ceil(at - performance.now()));
    this.#timer = setTimeout(() => {
      this.#ringsAt = Infinity;
      this.#onRing();
    }, delayMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ringsAt = Infinity;
  }
}
