/** The provider's clock, as far as it has told: a signature is only good for minutes around its own time. */

/** Below this a corrected date would be no better than the last one. */
const USEFUL_CORRECTION_MS = 60_000;

/** Our clock, set right by what the provider says of its own. One for each driver. */
export class AwsClock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /**
   * Sets the clock by the `Date` header of an answer that found ours wrong, or may have.
   * @param signed the `x-amz-date` of the attempt. The clock may be right by now, because of another answer.
   * @param leastMs how far the two must be apart
   * @returns whether signing anew is of use: not where a header is missing, or the provider's says what ours had said.
   */
  correct(
    dateHeader: string | undefined,
    signed: string | undefined,
    leastMs: number = USEFUL_CORRECTION_MS,
  ): boolean {
    const theirs = Date.parse(dateHeader ?? '');
    const ours = timeOf(signed);
    // Anything with NaN is false.
    if (!(Math.abs(theirs - ours) >= leastMs)) return false;
    this.#offsetMs = theirs - Date.now();
    return true;
  }
}

/** Milliseconds of a time as SigV4 writes it: `20130524T000000Z`. */
function timeOf(signed = ''): number {
  return Date.parse(
    signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}
