/** The only thing about a request that grows while it runs: the record of its attempts. */
import type { AttemptFacts } from '../facts.js';
import type { HeaderBag } from './content/header-bag.js';

export class Journal {
  readonly #attempts: AttemptFacts[] = [];
  /** The headers of the last attempt, credentials included, for `renew` and `parseError`. */
  sent: HeaderBag | undefined;

  /** Every attempt that has failed or was redirected so far; a snapshot. */
  get attempts(): readonly AttemptFacts[] {
    return this.#attempts.slice();
  }

  /** How many of these there are. */
  get count(): number {
    return this.#attempts.length;
  }

  /** Adds an attempt that is over. */
  add(attempt: AttemptFacts): void {
    this.#attempts.push(attempt);
  }

  /** Notes how long the pause after the last attempt is. */
  delayed(delayMs: number): void {
    const last = this.#attempts.pop();
    if (last !== undefined) this.#attempts.push({ ...last, delayMs });
  }
}
