/** The body of an answer, as the caller gets it. */
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Puts a failure of the socket into our words. */
export interface FailureMapper {
  failed(cause: unknown): Error;
}

const MAPPER = Symbol('mapper');
type Guarded = IncomingMessage & { [MAPPER]: FailureMapper };

// `_destroy` is Readable's own contract for those who implement one.
const destroyUnguarded = IncomingMessage.prototype._destroy;

/**
 * Node destroys the body of an answer that broke off with an error of its own; it becomes ours at the one place that each
 * passes. A reader's own error, the signal's reason and our timers' errors pass as they are. One function serves all
 * answers, since a closure for each would keep its request alive in V8's feedback.
 */
export function guarded(message: IncomingMessage, mapper: FailureMapper): Readable {
  (message as Guarded)[MAPPER] = mapper;
  message._destroy = destroyGuarded;
  return message;
}

function destroyGuarded(
  this: IncomingMessage,
  error: Error | null,
  callback: (error?: Error | null) => void,
): void {
  const reason = brokeOff(error) ? (this as Guarded)[MAPPER].failed(error) : error;
  destroyUnguarded.call(this, reason, callback);
}

function brokeOff(error: Error | null): boolean {
  return error?.message === 'aborted' && (error as { code?: unknown }).code === 'ECONNRESET';
}

/**
 * A HEAD is over at its headers. Some servers send a body or a stray chunk terminator behind them, on which the
 * parser fails: that failure is nobody's any more.
 */
export function withoutBody(message: IncomingMessage): Readable {
  message.on('error', () => undefined);
  message.resume();
  return Readable.from([]);
}
