/** Uploads in parts that are under way: whoever closes the driver takes back their parts first. */
import { ConfigurationError } from '@sdk/common';
import type { Settings } from '@sdk/common';

/** By the one signal that a driver and all its views are closed by. */
const ofDrivers = new WeakMap<AbortSignal, RunningUploads>();

/** Shared by a driver and its views, whose sockets end together. */
export class RunningUploads {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  readonly #driver: Settings;
  #closed = false;

  private constructor(driver: Settings) {
    this.#driver = driver;
  }

  /** Those of a driver; a view, which is made after it, gets the same. */
  static of(settings: Settings): RunningUploads {
    const known = ofDrivers.get(settings.closing);
    if (known !== undefined) return known;
    const made = new RunningUploads(settings);
    ofDrivers.set(settings.closing, made);
    return made;
  }

  /**
   * Runs an upload that ends with `stop`, having aborted what it began.
   * @throws ConfigurationError where the driver is being closed.
   */
  async run<T>(stop: AbortController, upload: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    const running = upload();
    this.#running.set(stop, running);
    try {
      return await running;
    } finally {
      this.#running.delete(stop);
    }
  }

  /**
   * Ends every upload, and waits until each has aborted what it began; `undefined` where there is none.
   * @param by whose settings: a view closes nothing.
   */
  close(by: Settings): Promise<unknown> | undefined {
    if (by !== this.#driver) return undefined;
    this.#closed = true;
    if (this.#running.size === 0) return undefined;
    // One error for each: its hint may tell of parts that stay.
    for (const stop of this.#running.keys()) stop.abort(closed());
    return Promise.allSettled(this.#running.values());
  }
}

function closed(): ConfigurationError {
  return new ConfigurationError(
    'This driver was closed while the upload was under way; it was aborted, and nothing was stored',
    { field: 'close', hint: 'Close it when all uploads have ended.' },
  );
}
