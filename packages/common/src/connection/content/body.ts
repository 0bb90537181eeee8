/** The body of a request: opened for each attempt, sent twice only where it can be opened twice. */
import { Readable } from 'node:stream';
import { ConfigurationError } from '../../errors.js';
import { ignore } from '../../ignore.js';
import { kindOf, seen } from '../../option-keys.js';
import { PIECE_BYTES, piecesOf } from '../../transport/pieces.js';
import type { BodyStream, RequestBody } from '../request-spec.js';

/** How much of a body has been sent or received. After a repetition the count starts from 0 again. */
export interface Progress {
  readonly direction: 'up' | 'down';
  /** Bytes sent or received so far. */
  readonly bytes: number;
  /** If it is known beforehand. */
  readonly totalBytes?: number | undefined;
}

/** A body, ready to be opened. */
export interface Body {
  /** The bytes for a signer; `undefined` for a stream. */
  readonly bytes: string | Uint8Array | undefined;
  /** The length, if it is known. */
  readonly sizeBytes: number | undefined;
  /** Whether the transport gets a stream. If its length is known, Content-Length has to be set here. */
  readonly streams: boolean;
  /** Whether `open` can be called (again). */
  canOpen(): boolean;
  /** @throws ConfigurationError if it is a stream that has been read. */
  open(): string | Uint8Array | Readable;
  /** Destroys what was or would have been opened, because the request has failed. */
  discard(): void;
}

type OnProgress = ((progress: Progress) => void) | undefined;

/**
 * @param sizeBytes the length of a stream, if it is known.
 * @throws ConfigurationError for a value that cannot be a body.
 */
export function bodyFrom(
  body: RequestBody,
  sizeBytes: number | undefined,
  onProgress: OnProgress,
): Body {
  if (sizeBytes !== undefined && (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)) {
    throw new ConfigurationError(
      `sizeBytes must be a whole number of bytes from 0, not ${seen(sizeBytes)}`,
      {
        field: 'sizeBytes',
      },
    );
  }
  if (typeof body === 'string' || body instanceof Uint8Array)
    return new BytesBody(body, sizeBytes, onProgress);
  if (typeof body === 'function') return new StreamBody(undefined, body, sizeBytes, onProgress);
  return new StreamBody(checkedStream(body), undefined, sizeBytes, onProgress);
}

class BytesBody implements Body {
  readonly bytes: string | Uint8Array;
  readonly sizeBytes: number;
  readonly streams: boolean;
  readonly #onProgress: OnProgress;

  constructor(bytes: string | Uint8Array, sizeBytes: number | undefined, onProgress: OnProgress) {
    this.bytes = bytes;
    this.sizeBytes = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;
    if (sizeBytes !== undefined && sizeBytes !== this.sizeBytes) {
      throw new ConfigurationError(
        `sizeBytes says ${sizeBytes}, but the body has ${this.sizeBytes} bytes`,
        {
          field: 'sizeBytes',
          hint: 'Leave it out: the length of a string or of bytes is known.',
        },
      );
    }
    this.#onProgress = onProgress;
    this.streams = onProgress !== undefined && this.sizeBytes > 0;
  }

  canOpen(): boolean {
    return true;
  }

  open(): string | Uint8Array | Readable {
    if (!this.streams) return this.bytes;
    const { bytes } = this;
    const pieces = piecesOf(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return counted(pieces, this.sizeBytes, this.#onProgress);
  }

  discard(): void {}
}

class StreamBody implements Body {
  readonly bytes = undefined;
  readonly streams = true;
  readonly sizeBytes: number | undefined;
  readonly #opener: (() => BodyStream) | undefined;
  readonly #onProgress: OnProgress;
  #source: BodyStream | undefined;
  #opened: Readable | undefined;
  /** Whether the source has been asked for a piece: what it gave then is lost, even if the piece came too late for anybody. */
  #begun = false;

  constructor(
    source: BodyStream | undefined,
    opener: (() => BodyStream) | undefined,
    sizeBytes: number | undefined,
    onProgress: OnProgress,
  ) {
    this.#source = source;
    this.#opener = opener;
    this.sizeBytes = sizeBytes;
    this.#onProgress = onProgress;
    if (source !== undefined && !this.canOpen()) throw alreadyRead();
    // Until the transport listens for errors, this listener keeps a failure from ending the process.
    if (source instanceof Readable) source.on('error', ignore);
  }

  canOpen(): boolean {
    if (this.#opener !== undefined) return true;
    // A stream that nobody has read can still be sent: the connection failed before the body was begun.
    return !this.#begun && (!(this.#source instanceof Readable) || isUnread(this.#source));
  }

  open(): Readable {
    if (!this.canOpen()) throw alreadyRead();
    if (this.#opener !== undefined) {
      const last = this.#source;
      this.discard();
      this.#source = checkedStream(this.#opener());
      const again = this.#begun && this.#source === last && isIterator(last);
      if (again || (this.#source instanceof Readable && !isUnread(this.#source)))
        throw alreadyRead();
      this.#begun = false;
    }
    const source = this.#source as BodyStream;
    const plain =
      source instanceof Readable && !source.readableObjectMode && this.#onProgress === undefined;
    this.#opened = plain
      ? source
      : counted(source, this.sizeBytes, this.#onProgress, () => (this.#begun = true));
    this.#opened.on('error', ignore);
    return this.#opened;
  }

  discard(): void {
    this.#opened?.destroy();
    if (this.#source !== undefined) discardBody(this.#source);
  }
}

/** The hint for a request that was not sent again because its stream has been read. */
export const ONE_SHOT_HINT =
  'It was not sent again because its body is a stream that can be read once; give a function that opens it instead.';

/** Destroys a stream that will not be sent. */
export function discardBody(body: unknown): void {
  if (!(body instanceof Readable)) return;
  body.on('error', ignore);
  body.destroy();
}

/**
 * Reads `source` piece by piece, with backpressure, and reports the progress.
 * @param onBegin called before the source is asked for its first piece
 */
function counted(
  source: BodyStream | Iterable<Uint8Array>,
  totalBytes: number | undefined,
  onProgress: OnProgress,
  onBegin?: () => void,
): Readable {
  return Readable.from(
    (async function* () {
      onBegin?.();
      let bytes = 0;
      for await (const piece of source as AsyncIterable<unknown>) {
        const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
        if (!(chunk instanceof Uint8Array)) {
          throw new ConfigurationError(
            `A piece of the body is ${kindOf(chunk)}, neither bytes nor a string`,
            {
              field: 'body',
            },
          );
        }
        if (chunk.byteLength === 0) continue;
        bytes += chunk.byteLength;
        yield chunk;
        onProgress?.({ direction: 'up', bytes, totalBytes });
      }
    })(),
    { objectMode: false, highWaterMark: PIECE_BYTES },
  );
}

function isUnread(stream: Readable): boolean {
  return stream.readable && !stream.readableDidRead;
}

/** A generator, for example: whoever iterates it again gets its rest. */
function isIterator(source: BodyStream): boolean {
  return typeof (source as { readonly next?: unknown }).next === 'function';
}

function checkedStream(body: BodyStream): BodyStream {
  if (
    body instanceof Readable ||
    typeof (body as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function'
  ) {
    return body;
  }
  throw new ConfigurationError(`The body cannot be ${kindOf(body)}`, {
    field: 'body',
    hint: 'Give a string, bytes, a Readable, an async iterable, or a function that opens one of the last two.',
  });
}

function alreadyRead(): ConfigurationError {
  return new ConfigurationError('The body is a stream that has been read; it cannot be sent', {
    field: 'body',
    hint: 'Give a function that opens a new stream each time, such as () => createReadStream(path).',
  });
}
