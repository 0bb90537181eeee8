/** The upload of a stream under undici, which pulls its pieces as fast as the socket takes them. */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { DeclaredLength } from '../declared-length.js';
import { brokenBody, type UploadListener } from '../upload.js';

/** Is called about the progress of an upload. */
export interface PulledUploadListener extends UploadListener {
  /** The last byte has been given to the socket. */
  sent(): void;
}

/** The body that undici iterates over. */
export class Upload implements AsyncIterable<string | Uint8Array> {
  readonly #body: Readable;
  readonly #socket: Socket;
  readonly #length: DeclaredLength;
  readonly #listener: PulledUploadListener;
  #stopped = false;
  #ended = false;

  /**
   * @param declaredBytes the request's Content-Length, where it has one
   * @param endMs how long a body that has given all of that may take to end
   */
  constructor(
    body: Readable,
    socket: Socket,
    declaredBytes: number | undefined,
    endMs: number,
    listener: PulledUploadListener,
  ) {
    this.#body = body;
    this.#socket = socket;
    this.#length = new DeclaredLength(declaredBytes, endMs, (error) => this.#fail(error));
    this.#listener = listener;
    // Until undici begins to pull, and once it has stopped, nobody else listens.
    body.on('error', (cause: Error) => this.#fail(cause));
  }

  /** Whether bytes wait for the peer to take them. */
  get stalled(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Stops reading and destroys the source. */
  stop(): void {
    if (this.#stopped || this.#ended) return;
    this.#stopped = true;
    this.#length.stop();
    this.#body.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array> {
    try {
      for await (const chunk of this.#body as AsyncIterable<string | Uint8Array>) {
        if (this.#stopped) break;
        const piece = this.#taken(chunk);
        if (piece !== undefined) yield piece;
        this.#listener.progress();
      }
      const rest = this.#stopped ? undefined : this.#length.rest();
      if (rest !== undefined) {
        this.#listener.progress();
        yield rest;
      }
    } catch (cause) {
      this.#fail(brokenBody(this.#body) ?? cause);
    }
    // Ending normally would complete the request, but a body that was cut short must never look complete.
    if (this.#stopped) await new Promise<never>(() => undefined);
    this.#ended = true;
    // undici writes the last chunk when this has returned.
    setImmediate(() => this.#awaitDrain());
  }

  /** Leaving the loop by an exception would end the source, and hide why. */
  #taken(chunk: string | Uint8Array): string | Uint8Array | undefined {
    try {
      return this.#length.take(chunk);
    } catch (cause) {
      this.#fail(cause);
      return undefined;
    }
  }

  #awaitDrain(): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#listener.sent());
    else this.#listener.sent();
  }

  #fail(cause: unknown): void {
    if (this.#stopped || this.#ended) return;
    this.#stopped = true;
    this.#length.stop();
    this.#listener.failure(cause);
    this.#body.destroy();
  }
}
