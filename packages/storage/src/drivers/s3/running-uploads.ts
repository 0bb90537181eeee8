/** Uploads in parts that are under way: whoever closes the driver takes back their parts first. */
import { ConfigurationError } from '@sdk/common';

/** Shared by a driver and its views, whose sockets end together. */
export class RunningUploads {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #closed = false;

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

  /** Ends every upload, and waits until each has aborted what it began; `undefined` where there is none. */
  close(): Promise<unknown> | undefined {
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
