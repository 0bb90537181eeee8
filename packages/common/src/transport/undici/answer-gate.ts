/** Filters what undici sees of a socket: nothing before its first request, and no interim answers. */
import type { Socket } from 'node:net';

/** A longer head is passed on, for undici to refuse. */
const MAX_HEAD_BYTES = 16 * 1024;
/** `HTTP/1.1 1`: after this many bytes it is clear whether an answer may be an interim one. */
const CLASS_AT = 9;
const CODE_END = 12;

/**
 * Stands where undici takes its pieces, at the socket's `read()`.
 *
 * - A client skips interim answers (RFC 9110 §15.2), but undici ends a connection on which an unexpected `100` comes. `101` is
 *   passed on, since it ends HTTP on the connection.
 * - What a server sends on a new connection before a request counts as its answer, for example a `408`. undici would drop the
 *   connection and ask for the next one. Between two requests that is right.
 */
export class AnswerGate {
  readonly #socket: Socket;
  #state: 'unused' | 'awaiting' | 'passing' = 'unused';
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const { read } = socket;
    socket.read = (size?: number) =>
      this.#state === 'unused' ? null : this.#pass(read.call(socket, size) as Buffer | null);
  }

  /** A request is about to be written. */
  await(): void {
    const unused = this.#state === 'unused';
    this.#state = 'awaiting';
    const socket = this.#socket;
    // Perhaps nothing more comes, and then nothing would make undici read what is there already.
    if (unused && socket.readableLength > 0) process.nextTick(() => socket.emit('readable'));
  }

  /** The head of its answer has come. */
  pass(): void {
    this.#state = 'passing';
  }

  #pass(piece: Buffer | null): Buffer | null {
    if (this.#state === 'passing' || piece === null) return piece;
    const held = this.#held;
    // Nearly every answer is neither interim nor in such small pieces.
    if (held === undefined && piece.length >= CODE_END && piece[CLASS_AT] !== 0x31) return piece;
    const bytes = held === undefined ? piece : Buffer.concat([held, piece]);
    const rest = withoutInterim(bytes);
    this.#held = rest === undefined ? bytes : undefined;
    return rest === undefined || rest.length === 0 ? null : rest;
  }
}

/** What follows the interim heads; `undefined` as long as it is not clear where they end. */
function withoutInterim(bytes: Buffer): Buffer | undefined {
  let rest = bytes;
  while (rest.length > 0) {
    if (!'HTTP/1.'.startsWith(rest.toString('latin1', 0, 7))) return rest;
    if (rest.length < CODE_END) return undefined;
    const code = rest.toString('latin1', CLASS_AT, CODE_END);
    if (!/^1\d\d$/.test(code) || code === '101') return rest;
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return rest.length < MAX_HEAD_BYTES ? undefined : rest;
    rest = rest.subarray(end + 4);
  }
  return rest;
}
