/** The body of an answer, as the caller gets it. */
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Puts a failure of the socket into our words. */
export interface FailureMapper {
  failed(cause: unknown): Error;
}

const MAPPER = Symbol('mapper');
type Guarded = IncomingMessage & { [MAPPER]: FailureMapper };

const { destroy } = IncomingMessage.prototype;

/**
 * Node destroys the body of an answer that broke off with an error of its own; it becomes ours at the one place that each
 * passes, before the stream keeps it for whoever comes to read later. A reader's own error, the signal's reason and our
 * timers' errors pass as they are. One function serves all answers, since a closure for each would keep its request alive
 * in V8's feedback.
 */
export function guarded(message: IncomingMessage, mapper: FailureMapper): Readable {
  (message as Guarded)[MAPPER] = mapper;
  message.destroy = destroyGuarded;
  return message;
}

function destroyGuarded(this: IncomingMessage, error?: Error): IncomingMessage {
  const reason = brokeOff(error) ? (this as Guarded)[MAPPER].failed(error) : error;
  return destroy.call(this, reason);
}

function brokeOff(error: Error | undefined): boolean {
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
