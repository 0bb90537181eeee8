/** The body of an answer, as the caller gets it from undici. */
import { Readable } from 'node:stream';

/** Where the bytes come from. */
export interface BodySource {
  /** The reader has room again. */
  wanted(): void;
  /** It has been read to its end, or destroyed. */
  closed(): void;
}

/** A stream that behaves like node's `IncomingMessage`: destroyed with an error, it does not emit it if nobody listens. */
export class AnswerBody extends Readable {
  readonly #source: BodySource;

  constructor(source: BodySource) {
    super(OPTIONS);
    this.#source = source;
  }

  override _read(): void {
    this.#source.wanted();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.closed();
    if (error === null) {
      callback();
      return;
    }
    // The stream keeps the error for later readers.
    process.nextTick(() => callback(this.listenerCount('error') > 0 ? error : null));
  }
}

/** As much as node's own streams of sockets hold. */
const OPTIONS = { highWaterMark: 64 * 1024 };
