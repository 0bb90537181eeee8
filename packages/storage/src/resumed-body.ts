/** A download that goes on where it broke off. */
import { Readable } from 'node:stream';
import { isSdkError, onAbort } from '@sdk/common';
import type { CallOptions } from '@sdk/common';

/** So much must have come since the last break for the count of failures to begin anew. */
const PROGRESS_BYTES = 64 * 1024;

/** What a download is made of. */
export interface ResumedDownload {
  readonly first: Readable;
  /** Where its first byte stands in the object, and where the one behind its last would (`Infinity`: nobody knows). */
  readonly start: number;
  readonly end: number;
  /** The object's bytes from `start` on, where they are still the same object's. The signal ends it when nobody reads any more. */
  readonly reopen: (start: number, signal: AbortSignal) => Promise<Readable>;
  /** How often a body may break off in a row before that is the download's failure. */
  readonly failures: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: CallOptions['onProgress'];
}

/** One stream over all the bodies that it took. */
export class ResumedBody extends Readable {
  readonly #download: ResumedDownload;
  readonly #ending = new AbortController();
  #current: Readable;
  #at: number;
  #brokenAt: number;
  #failures = 0;
  #reading = false;

  constructor(download: ResumedDownload) {
    super();
    this.#download = download;
    this.#current = download.first;
    this.#at = download.start;
    this.#brokenAt = download.start;
    // Until somebody reads, a failure waits: it must not end the process.
    this.#current.on('error', ignore);
    const { signal } = download;
    if (signal !== undefined) {
      const stopListening = onAbort(signal, () => this.destroy(signal.reason as Error));
      this.once('close', () => stopListening());
    }
  }

  override _read(): void {
    if (this.#reading) this.#current.resume();
    else this.#listen();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ending.abort(error ?? new Error('The download was destroyed'));
    this.#current.destroy();
    done(error);
  }

  #listen(): void {
    this.#reading = true;
    const body = this.#current;
    body.on('data', (piece: Buffer) => this.#take(piece));
    body.once('end', () => this.push(null));
    body.once('error', (error) => void this.#goOn(error));
    // What failed before it was listened to says so no more.
    if (body.errored !== null) void this.#goOn(body.errored);
  }

  #take(piece: Buffer): void {
    this.#at += piece.length;
    try {
      const { start, end, onProgress } = this.#download;
      const totalBytes = end === Infinity ? undefined : end - start;
      onProgress?.({ direction: 'down', bytes: this.#at - start, totalBytes });
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (!this.push(piece)) this.#current.pause();
  }

  async #goOn(cause: Error): Promise<void> {
    if (this.destroyed) return;
    const { end, failures, reopen } = this.#download;
    if (this.#at === end) {
      this.push(null);
      return;
    }
    this.#failures = this.#at - this.#brokenAt >= PROGRESS_BYTES ? 1 : this.#failures + 1;
    this.#brokenAt = this.#at;
    if (!mayPass(cause) || this.#failures > failures) {
      this.destroy(cause);
      return;
    }
    try {
      const body = await reopen(this.#at, this.#ending.signal);
      body.on('error', ignore);
      this.#current = body;
      if (this.destroyed) body.destroy();
      else this.#listen();
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

/** A broken connection or a silence; not the end of the whole call's time, and nothing of the reader's. */
function mayPass(cause: Error): boolean {
  return (
    isSdkError(cause, 'SDK_CONNECTION') ||
    isSdkError(cause, 'SDK_PROXY') ||
    (isSdkError(cause, 'SDK_TIMEOUT') && cause.phase !== 'total')
  );
}

function ignore(): void {}
