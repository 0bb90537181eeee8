/** A stream on its way up is kept to the length that its request declares. */
import { ConfigurationError } from '../errors.js';
import { lengthMismatch } from './head.js';

type Piece = string | Uint8Array;

/**
 * Counts the pieces of a stream. The piece that completes the length is held back until the stream ends: with it the request
 * would be whole and answered, although more may follow.
 */
export class DeclaredLength {
  readonly #bytes: number | undefined;
  readonly #endMs: number;
  readonly #onNoEnd: (error: Error) => void;
  #taken = 0;
  #held: Piece | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param bytes the request's Content-Length; `undefined`: the stream may have any length
   * @param endMs how long a stream that has given all its bytes may take to end
   * @param onNoEnd called when that time has passed
   */
  constructor(bytes: number | undefined, endMs: number, onNoEnd: (error: Error) => void) {
    this.#bytes = bytes;
    this.#endMs = endMs;
    this.#onNoEnd = onNoEnd;
  }

  /**
   * The piece, if it may be sent now.
   * @throws ConfigurationError if the stream is too long
   */
  take(piece: Piece): Piece | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return piece;
    this.#taken += Buffer.byteLength(piece);
    if (this.#taken > bytes) throw lengthMismatch(bytes);
    if (this.#taken < bytes) return piece;
    if (piece.length === 0) return undefined;
    // A copy, since the source may reuse its memory.
    this.#held = Buffer.from(piece as string);
    this.#timer = setTimeout(() => this.#onNoEnd(neverEnded(bytes, this.#endMs)), this.#endMs);
    return undefined;
  }

  /**
   * The piece that was held back, now that the stream has ended.
   * @throws ConfigurationError if the stream is too short
   */
  rest(): Piece | undefined {
    this.stop();
    if (this.#bytes !== undefined && this.#taken < this.#bytes) throw lengthMismatch(this.#bytes);
    return this.#held;
  }

  /** The stream is not sent any further. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

function neverEnded(bytes: number, endMs: number): ConfigurationError {
  return new ConfigurationError(
    `The body gave the ${bytes} bytes of its Content-Length and did not end within ${endMs} ms`,
    {
      field: 'body',
      hint: 'End the stream after its last byte, for instance by end() or push(null).',
    },
  );
}
