/** A download that goes on where it broke off. */
import { Readable } from 'node:stream';
import { ConnectionError, isSdkError, MalformedResponseError, onAbort } from '@sdk/common';
import type { CallOptions, SdkError } from '@sdk/common';

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
  /** Whether the reader has room for more. */
  #wanted = false;
  /** It broke off while the reader had no room: the rest is not asked for before it has. */
  #waiting = false;

  constructor(download: ResumedDownload) {
    super();
    this.#download = download;
    this.#current = download.first;
    this.#at = download.start;
    this.#brokenAt = download.start;
    // Until somebody reads, a failure waits: it must not end the process.
    this.on('error', ignore);
    this.#current.on('error', ignore);
    const { signal } = download;
    if (signal !== undefined) {
      const stopListening = onAbort(signal, () => this.destroy(signal.reason as Error));
      this.once('close', () => stopListening());
    }
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#reading) {
      this.#listen();
    } else if (this.#waiting) {
      this.#waiting = false;
      void this.#goOn();
    } else {
      this.#current.resume();
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ending.abort(error ?? new Error('The download was destroyed'));
    this.#current.destroy();
    done(error);
  }

  #listen(): void {
    this.#reading = true;
    const body = this.#current;
    let over = false;
    // A body tells its end in up to three ways, and is followed by one other at most.
    const ended = (cause?: Error): void => {
      if (over) return;
      over = true;
      this.#ended(cause);
    };
    body.on('data', (piece: Buffer) => this.#take(piece));
    body.once('end', () => ended());
    body.once('error', ended);
    body.once('close', () => ended(endedEarly()));
    // What failed before it was listened to says so no more.
    if (body.errored !== null) ended(body.errored);
  }

  #take(piece: Buffer): void {
    const { start, end, onProgress } = this.#download;
    if (piece.length > end - this.#at) {
      this.destroy(
        new MalformedResponseError('The answer has more bytes than it says', { status: 206 }),
      );
      return;
    }
    this.#at += piece.length;
    try {
      const totalBytes = end === Infinity ? undefined : end - start;
      onProgress?.({ direction: 'down', bytes: this.#at - start, totalBytes });
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (this.push(piece)) return;
    this.#wanted = false;
    this.#current.pause();
  }

  /** One body is over: in good order where there is no `cause`. */
  #ended(cause: Error | undefined): void {
    if (this.destroyed) return;
    const { end, failures } = this.#download;
    if (this.#at === end || (cause === undefined && end === Infinity)) {
      this.push(null);
      return;
    }
    const failure = cause ?? endedEarly();
    this.#failures = this.#at - this.#brokenAt >= PROGRESS_BYTES ? 1 : this.#failures + 1;
    this.#brokenAt = this.#at;
    if (!mayPass(failure) || this.#failures > failures) this.destroy(failure);
    else if (this.#wanted) void this.#goOn();
    else this.#waiting = true;
  }

  async #goOn(): Promise<void> {
    try {
      const body = await this.#download.reopen(this.#at, this.#ending.signal);
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
  return isSdkError(cause) && (cause as SdkError & { retryable?: boolean }).retryable === true;
}

function endedEarly(): ConnectionError {
  return new ConnectionError('The body of the answer ended before its last byte', {
    reason: 'ERR_STREAM_PREMATURE_CLOSE',
    requestSent: 'yes',
    retryable: true,
  });
}

function ignore(): void {}
