/** A job that the provider carries out after it has answered. */
import { OperationError } from '../errors.js';
import { following, onAbort } from '../abort.js';
import { pause } from './pause.js';
import { checkedSignal } from './options/option-objects.js';
import { checkDuration } from './options/timeouts-option.js';

/** The state of a job, as one look at it shows. */
export type JobState<T> =
  | { readonly done: true; readonly result: T }
  | { readonly done: false; readonly progress?: number | undefined }
  | { readonly failed: string };

/** How a job is begun and watched. */
export interface Job<Started, T> {
  /** Asks the provider to start the job; called at once. It should not obey `signal`: a request that was sent may have started it. */
  readonly begin: () => Promise<Started>;
  /** Looks at the job; `signal` aborts when nobody waits any longer. */
  readonly poll: (started: Started, signal: AbortSignal | undefined) => Promise<JobState<T>>;
  /** Asks the provider to stop the job, if its API can. */
  readonly cancel?: ((started: Started) => Promise<void>) | undefined;
  /** The pause between two looks, in milliseconds. */
  readonly pollMs: number;
  /** How long the job is waited for, counted from the first `await`, in milliseconds. @default 600000 */
  readonly waitMs?: number | undefined;
  /** Ends the waiting, which rejects with its reason, but never the job. If it has aborted already, no job is started. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_WAIT_MS = 600_000;

/**
 * A job that has been started. `await operation` waits for the finished model, `operation.started` for the provider's
 * first answer. The provider is asked for the state only while somebody waits. A failure that nobody awaits is no
 * unhandled rejection.
 */
export class Operation<T, Started = unknown> implements PromiseLike<T> {
  /** The provider's first answer. */
  readonly started: Promise<Started>;
  /** Asks the provider to stop the job; `undefined` if its API cannot. */
  readonly cancel: (() => Promise<void>) | undefined;
  /** No parameter here has the type `Started`, so that an operation can be assigned to one with a wider `Started`. */
  readonly #job: Pick<Job<Started, T>, 'pollMs' | 'waitMs' | 'signal'>;
  readonly #look: (signal: AbortSignal | undefined) => Promise<JobState<T>>;
  #result: Promise<T> | undefined;
  #progress: number | undefined;

  private constructor(job: Job<Started, T>) {
    this.#job = job;
    try {
      checkJob(job);
      this.started = begun(job);
    } catch (error) {
      const refused: Promise<never> = Promise.reject(error);
      this.started = refused;
      this.#result = refused;
    }
    this.started.catch(() => undefined);
    this.#look = async (signal) => job.poll(await this.started, signal);
    const { cancel } = job;
    this.cancel = cancel && (async () => cancel(await this.started));
  }

  /**
   * Starts a job and returns at once.
   * @throws ConfigurationError (by the promises) if `pollMs`, `waitMs` or `signal` is not valid; the reason of a signal that
   * has aborted already. Then nothing was sent.
   */
  static start<T, Started>(job: Job<Started, T>): Operation<T, Started> {
    return new Operation(job);
  }

  /** From 0 to 100, from the last look at the job; `undefined` if the API does not report it. */
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
    const [waiting, stopListening] = following(signal);
    const timer = setTimeout(() => waiting.abort(timedOut(waitMs)), waitMs);
    try {
      await until(this.started, waiting.signal);
      for (;;) {
        // The look gets the signal, and is also raced with it: if it ignores the signal, the wait must still end.
        const state = await until(this.#look(waiting.signal), waiting.signal);
        if ('failed' in state) throw new OperationError(state.failed, { reason: 'failed' });
        if (state.done) return state.result;
        this.#progress = state.progress ?? this.#progress;
        await pause(pollMs, waiting.signal);
      }
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }
}

function checkJob({
  pollMs,
  waitMs,
  signal,
}: Pick<Job<never, never>, 'pollMs' | 'waitMs' | 'signal'>): void {
  checkDuration(pollMs, 'pollMs');
  if (waitMs !== undefined) checkDuration(waitMs, 'waitMs');
  checkedSignal(signal)?.throwIfAborted();
}

/** If `begin` throws instead of rejecting, the promise rejects too. */
async function begun<Started, T>(job: Job<Started, T>): Promise<Started> {
  return job.begin();
}

/** The result of a promise, or the reason of a signal that aborts first. The promise itself is not ended. */
function until<V>(promise: Promise<V>, signal: AbortSignal): Promise<V> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    const stopListening = onAbort(signal, stop);
    if (signal.aborted) stop();
    promise.then(resolve, reject).finally(stopListening);
  });
}

function timedOut(waitMs: number): OperationError {
  return new OperationError(`The job did not end within ${waitMs} ms; it may still be running`, {
    reason: 'timeout',
    hint: 'waitMs sets this limit. Read the resource itself to see whether the job has ended since.',
  });
}
