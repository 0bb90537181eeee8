/** Counts the bytes of a body while somebody reads it. */
import { Readable } from 'node:stream';
import { ignore } from '../../ignore.js';

/**
 * The same bytes, counted as they pass. It begins to read only when somebody reads here. Until then the body below shows that
 * nobody reads it, so that its socket can be taken back.
 */
export class CountedBody extends Readable {
  readonly #body: Readable;
  readonly #onBytes: (bytes: number) => void;
  #bytes = 0;
  #reading = false;

  /** @param onBytes called for each piece with the number of bytes so far. If it throws, the body ends with that error. */
  constructor(body: Readable, onBytes: (bytes: number) => void) {
    super();
    this.#body = body;
    this.#onBytes = onBytes;
    // A failure that nobody listens for yet must not end the process; a later reader gets it.
    this.on('error', ignore);
    body.on('error', (error) => this.destroy(error));
    body.once('close', () => {
      if (!body.readableEnded) this.destroy(body.errored ?? undefined);
    });
  }

  override _read(): void {
    if (this.#reading) {
      this.#body.resume();
      return;
    }
    this.#reading = true;
    this.#body.on('data', (piece: Buffer) => this.#take(piece));
    this.#body.once('end', () => this.push(null));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#body.destroy();
    done(error);
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    try {
      this.#onBytes(this.#bytes);
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (!this.push(piece)) this.#body.pause();
  }
}
