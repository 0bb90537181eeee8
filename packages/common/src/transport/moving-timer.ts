/** A timer whose end moves with every byte that is transferred. */

/**
 * Calls `onDue` once the moment that was set last has passed, and one more look at the sockets has not moved it: in a process that
 * was busy for that long, bytes may be there already, only not read yet. Moving the end is only an assignment; the timer below is
 * set again only if the end comes nearer, or when it fires too early.
 */
export class MovingTimer {
  readonly #onDue: () => void;
  #dueAt = Infinity;
  #ringsAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #look: NodeJS.Immediate | undefined;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** Sets the end, in `performance.now()` milliseconds; `Infinity`: never. */
  set(dueAt: number): void {
    if (dueAt === Infinity) {
      this.clear();
      return;
    }
    this.#dueAt = dueAt;
    if (dueAt < this.#ringsAt) this.#arm();
  }

  clear(): void {
    this.#dueAt = Infinity;
    this.#ringsAt = Infinity;
    clearTimeout(this.#timer);
    clearImmediate(this.#look);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#ringsAt = this.#dueAt;
    const delayMs = Math.max(1, Math.ceil(this.#dueAt - performance.now()));
    this.#timer = setTimeout(() => this.#ring(), delayMs);
  }

  #ring(): void {
    this.#ringsAt = Infinity;
    if (performance.now() < this.#dueAt) this.#arm();
    else this.#look = setImmediate(() => this.#afterLook());
  }

  #afterLook(): void {
    if (performance.now() < this.#dueAt) this.#arm();
    else this.#onDue();
  }
}
