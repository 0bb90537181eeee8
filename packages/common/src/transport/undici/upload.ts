/** The upload of a stream under undici, which pulls its pieces as fast as the socket takes them. */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { lengthMismatch } from '../head.js';
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
  readonly #declaredBytes: number | undefined;
  readonly #listener: PulledUploadListener;
  #stopped = false;
  #ended = false;

  /** @param declaredBytes the request's Content-Length, if it has one */
  constructor(
    body: Readable,
    socket: Socket,
    declaredBytes: number | undefined,
    listener: PulledUploadListener,
  ) {
    this.#body = body;
    this.#socket = socket;
    this.#declaredBytes = declaredBytes;
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
    this.#body.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array> {
    let sent = 0;
    let last: string | Uint8Array | undefined;
    const declared = this.#declaredBytes ?? Infinity;
    try {
      for await (const chunk of this.#body as AsyncIterable<string | Uint8Array>) {
        sent += Buffer.byteLength(chunk);
        if (sent > declared) this.#fail(lengthMismatch(declared));
        if (this.#stopped) break;
        // The last byte is held back until the stream ends: it would complete the request, though more bytes may follow.
        if (sent === declared && chunk.length > 0) last = chunk;
        else yield chunk;
        this.#listener.progress();
      }
      if (sent < declared && this.#declaredBytes !== undefined)
        this.#fail(lengthMismatch(declared));
      if (last !== undefined && !this.#stopped) yield last;
    } catch (cause) {
      this.#fail(brokenBody(this.#body) ?? cause);
    }
    // Ending normally would complete the request, but a body that was cut short must never look complete.
    if (this.#stopped) await new Promise<never>(() => undefined);
    this.#ended = true;
    // undici writes the last chunk when this has returned.
    setImmediate(() => this.#awaitDrain());
  }

  #awaitDrain(): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#listener.sent());
    else this.#listener.sent();
  }

  #fail(cause: unknown): void {
    if (this.#stopped || this.#ended) return;
    this.#stopped = true;
    this.#listener.failure(cause);
    this.#body.destroy();
  }
}
