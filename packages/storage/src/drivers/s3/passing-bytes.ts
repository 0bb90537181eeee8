/** The bytes of a stream as they pass by on their way up, one attempt after the other. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { onAbort } from '@sdk/common';
import type { RequestBody } from '@sdk/common';
import type { CheckedBody } from '../../object-body.js';

/** What one attempt has seen. An earlier one may go on reading for a while when the next has begun. */
interface Passage {
  readonly md5: Hash;
  seenBytes: number;
  failure?: { readonly error: unknown };
}

/** Hands a stream to a request, and takes the MD5 of each attempt by itself. */
export class PassingBytes {
  readonly #source: Extract<CheckedBody, { kind: 'stream' }>;
  readonly #sizeBytes: number;
  readonly #signal: AbortSignal;
  readonly #passages: Passage[] = [];

  /** @param signal lets go of whatever was opened. */
  constructor(
    source: Extract<CheckedBody, { kind: 'stream' }>,
    sizeBytes: number,
    signal: AbortSignal,
  ) {
    this.#source = source;
    this.#sizeBytes = sizeBytes;
    this.#signal = signal;
  }

  /** The body of a request, what was sent by its last attempt, and by all that were sent whole. */
  asBody(): {
    readonly body: RequestBody;
    readonly sizeBytes: number;
    readonly md5: () => string;
    readonly md5s: () => readonly string[];
  } {
    return {
      body: this.#source.replayable ? () => this.#opened() : this.#read(this.#signal),
      sizeBytes: this.#sizeBytes,
      md5: () => hexOf(this.#passages.at(-1)),
      md5s: () =>
        this.#passages.filter(({ seenBytes }) => seenBytes === this.#sizeBytes).map(hexOf),
    };
  }

  /** What went wrong with the caller's own stream in the last attempt. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#passages.at(-1)?.failure;
  }

  /** What was opened for an attempt is let go with it, also while it is silent. */
  #opened(): Readable {
    const over = new AbortController();
    const stopListening = onAbort(this.#signal, () => over.abort(this.#signal.reason));
    const body = Readable.from(this.#read(over.signal), { objectMode: false });
    return body.once('close', () => {
      stopListening();
      over.abort();
    });
  }

  async *#read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const passage: Passage = { md5: createHash('md5'), seenBytes: 0 };
    this.#passages.push(passage);
    try {
      for await (const chunk of this.#source.open(signal)) {
        passage.md5.update(chunk);
        passage.seenBytes += chunk.byteLength;
        // A copy: whoever yields may use the memory again, and it is read ahead of what is sent.
        yield Buffer.from(chunk);
      }
    } catch (error) {
      // An end from outside is no failure of the stream.
      if (!signal.aborted) passage.failure = { error };
      throw error;
    }
  }
}

/** A copy is finished, since the hash may be asked for again. */
function hexOf(passage: Passage | undefined): string {
  return passage?.md5.copy().digest('hex') ?? '';
}
