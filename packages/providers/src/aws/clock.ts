/** The provider's clock, as far as it has told: a signature is only good for minutes around its own time. */

/** Beyond this a corrected date would be no better than the last one. */
const USEFUL_CORRECTION_MS = 60_000;

/** Our clock, set right by what the provider says of its own. One for each driver. */
export class AwsClock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /**
   * Sets the clock by the `Date` header of an answer that found ours wrong.
   * @returns whether signing anew is of use: not where the header is missing, or says what we had assumed.
   */
  correct(dateHeader: string | undefined): boolean {
    const theirs = Date.parse(dateHeader ?? '');
    if (Number.isNaN(theirs)) return false;
    const offsetMs = theirs - Date.now();
    if (Math.abs(offsetMs - this.#offsetMs) < USEFUL_CORRECTION_MS) return false;
    this.#offsetMs = offsetMs;
    return true;
  }
}
