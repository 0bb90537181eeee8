/** The bucket that keeps many requests from repeating themselves all at once. */

/** What a repetition takes from the bucket. A timeout has already cost much time, so a repetition after it takes more. */
const RETRY_COST = 5;
const TIMEOUT_COST = 10;
/** What a success without a repetition returns to the bucket. */
const SUCCESS_GAIN = 1;

/**
 * A token bucket shared by all requests of a driver, with the costs of the AWS SDKs' standard retry mode: while most
 * requests succeed it stays full, in an outage it is empty after `capacity / 5` repetitions.
 */
export class RetryBudget {
  readonly #capacity: number;
  #tokens: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  /** Takes tokens for one repetition and answers how many; `undefined` if the bucket holds too few. */
  take(afterTimeout: boolean): number | undefined {
    const cost = afterTimeout ? TIMEOUT_COST : RETRY_COST;
    if (this.#tokens < cost) return undefined;
    this.#tokens -= cost;
    return cost;
  }

  /** A request succeeded; `taken` is what its last repetition cost. */
  succeeded(taken: number | undefined): void {
    if (this.#tokens < this.#capacity) {
      this.#tokens = Math.min(this.#capacity, this.#tokens + (taken ?? SUCCESS_GAIN));
    }
  }
}
