/** Stands between a socket and undici: nothing before the first request, no interim answers, nothing while the reader is full. */
import type { Socket } from 'node:net';

/** A longer head is passed on, for undici to refuse. */
const MAX_HEAD_BYTES = 16 * 1024;
/** `HTTP/1.1 1`: after this many bytes it is clear whether an answer may be an interim one. */
const CLASS_AT = 9;
const CODE_END = 12;

const CR = 0x0d;
const LF = 0x0a;
const H = 0x48;
const ONE = 0x31;

/**
 * Stands where undici takes its pieces, at the socket's `read()`.
 *
 * - A client skips interim answers (RFC 9110 §15.2), but undici ends a connection on which an unexpected `100` comes. `101` is
 *   passed on, since it ends HTTP on the connection.
 * - What a server sends on a new connection before a request counts as its answer, for example a `408`. undici would drop the
 *   connection and ask for the next one. Between two requests that is right.
 * - A reader that has enough is waited for here. undici's own pause would do, but its parser must not be paused when the
 *   socket ends: undici then throws where nobody can catch it, and the process ends.
 */
export class AnswerGate {
  readonly #socket: Socket;
  /** Before the first request, and while the reader has enough. */
  #shut = true;
  /** The final head has not begun. */
  #awaiting = false;
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const { read } = socket;
    // Node itself asks for nothing, `read(0)`, to learn of the end.
    socket.read = (size?: number) =>
      this.#shut && size !== 0 ? null : this.#pass(read.call(socket, size) as Buffer | null);
  }

  /** A request is about to be written. */
  await(): void {
    this.#awaiting = true;
    this.open();
  }

  /** The reader of the answer has enough for now. */
  shut(): void {
    this.#shut = true;
  }

  /** The reader has room again, or the answer has come whole. */
  open(): void {
    if (!this.#shut) return;
    this.#shut = false;
    // Perhaps nothing more comes, and then nothing would make undici read what is there already. Later, since undici may
    // be in the midst of a piece.
    if (this.#socket.readableLength > 0) process.nextTick(wake, this.#socket);
  }

  #pass(piece: Buffer | null): Buffer | null {
    if (!this.#awaiting || piece === null) return piece;
    const held = this.#held;
    // Nearly every answer is neither interim nor in such small pieces.
    if (
      held === undefined &&
      piece.length >= CODE_END &&
      piece[0] === H &&
      piece[CLASS_AT] !== ONE
    ) {
      this.#awaiting = false;
      return piece;
    }
    const bytes = held === undefined ? piece : Buffer.concat([held, piece]);
    const rest = withoutInterim(bytes);
    this.#held = rest === undefined ? bytes : undefined;
    if (rest === undefined || rest.length === 0) return null;
    this.#awaiting = false;
    return rest;
  }
}

function wake(socket: Socket): void {
  socket.emit('readable');
}

/** What follows the interim heads; `undefined` as long as it is not clear where they end. */
function withoutInterim(bytes: Buffer): Buffer | undefined {
  let rest = withoutLineBreaks(bytes);
  while (rest.length > 0) {
    if (!'HTTP/1.'.startsWith(rest.toString('latin1', 0, 7))) return rest;
    if (rest.length <= CODE_END) return undefined;
    // Three digits and no more.
    const code = /^(1\d\d)[ \r]$/.exec(rest.toString('latin1', CLASS_AT, CODE_END + 1))?.[1];
    if (code === undefined || code === '101') return rest;
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return rest.length < MAX_HEAD_BYTES ? undefined : rest;
    rest = withoutLineBreaks(rest.subarray(end + 4));
  }
  return rest;
}

/** The parser skips line breaks before a status line. */
function withoutLineBreaks(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start += 1;
  return bytes.subarray(start);
}
