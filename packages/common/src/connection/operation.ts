/** A job that the provider carries out after it has answered. */
import { OperationError } from '../errors.js';
import { pause } from './stages/deadline.js';
import { checkedSignal } from './options/option-objects.js';
import { checkDuration } from './options/timeouts-option.js';

/** What a look at a job told. */
export type JobState<T> =
  | { readonly done: true; readonly result: T }
  | { readonly done: false; readonly progress?: number | undefined }
  | { readonly failed: string };

/** How a job is begun and watched. */
export interface Job<Started, T> {
  /** Asks the provider; called at once. */
  readonly begin: () => Promise<Started>;
  /** Looks at the job. */
  readonly poll: (started: Started, signal: AbortSignal | undefined) => Promise<JobState<T>>;
  /** Asks the provider to stop the job, where its API can. */
  readonly cancel?: ((started: Started) => Promise<void>) | undefined;
  /** The pause between two looks, in milliseconds. */
  readonly pollMs: number;
  /** How long the job is waited for, counted from the first `await`, in milliseconds. @default 600000 */
  readonly waitMs?: number | undefined;
  /** Ends the waiting, which rejects with its reason; never the job. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_WAIT_MS = 600_000;

/**
 * A job that has been started. `await operation` waits for the finished model, `operation.started` for the provider's
 * first answer. The provider is asked for news only while somebody waits; a failure that nobody awaits is no
 * unhandled rejection.
 */
export class Operation<T, Started = unknown> implements PromiseLike<T> {
  /** The provider's first answer. */
  readonly started: Promise<Started>;
  /** Asks the provider to stop the job; `undefined` where its API cannot. */
  readonly cancel: (() => Promise<void>) | undefined;
  /** `Started` stands in no parameter here, so that an operation fits where less is known of its first answer. */
  readonly #job: Pick<Job<Started, T>, 'pollMs' | 'waitMs' | 'signal'>;
  readonly #look: (signal: AbortSignal | undefined) => Promise<JobState<T>>;
  #result: Promise<T> | undefined;
  #progress: number | undefined;

  private constructor(job: Job<Started, T>) {
    this.#job = job;
    this.started = begun(job);
    this.started.catch(() => undefined);
    this.#look = async (signal) => job.poll(await this.started, signal);
    const { cancel } = job;
    this.cancel = cancel && (async () => cancel(await this.started));
  }

  /**
   * Starts a job and returns at once.
   * @throws ConfigurationError (by the promises) where `pollMs`, `waitMs` or `signal` cannot be.
   */
  static start<T, Started>(job: Job<Started, T>): Operation<T, Started> {
    return new Operation(job);
  }

  /** From 0 to 100, as the last look told; `undefined` where the API does not say. */
  get progress(): number | undefined {
    return this.#progress;
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#wait().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#wait().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#wait().finally(onFinally);
  }

  #wait(): Promise<T> {
    this.#result ??= this.#watch();
    return this.#result;
  }

  async #watch(): Promise<T> {
    const { pollMs, signal, waitMs = DEFAULT_WAIT_MS } = this.#job;
    const endsAt = performance.now() + waitMs;
    await this.started;
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      const state = await this.#look(signal);
      if ('failed' in state) throw new OperationError(state.failed, { reason: 'failed' });
      if (state.done) return state.result;
      this.#progress = state.progress ?? this.#progress;
      const left = endsAt - performance.now();
      if (left <= 0) throw timedOut(waitMs);
      await pause(Math.min(pollMs, left), signal);
    }
  }
}

async function begun<Started, T>(job: Job<Started, T>): Promise<Started> {
  checkDuration(job.pollMs, 'pollMs');
  if (job.waitMs !== undefined) checkDuration(job.waitMs, 'waitMs');
  checkedSignal(job.signal);
  return job.begin();
}

function timedOut(waitMs: number): OperationError {
  return new OperationError(`The job did not end within ${waitMs} ms; it may still be running`, {
    reason: 'timeout',
    hint: 'waitMs bounds the wait. Look at the thing itself to see what became of it.',
  });
}
