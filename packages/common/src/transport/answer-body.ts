/** The body of an answer, as the caller gets it. */
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Turns a failure of the socket into an error of the SDK. */
export interface FailureMapper {
  failed(cause: unknown): Error;
}

const MAPPER = Symbol('mapper');
type Guarded = IncomingMessage & { [MAPPER]: FailureMapper };

const { destroy } = IncomingMessage.prototype;

/**
 * If an answer breaks off, Node destroys its body with an error of its own. This replaces that error with one of the SDK, in the
 * one place that every error passes, before the stream stores it for later readers. A reader's own error, the signal's reason
 * and the errors of our timers stay as they are. One function serves all answers: V8's feedback would keep the request of a
 * closure for each answer alive.
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
 * The answer to a HEAD ends with its headers. Some servers send a body or a stray chunk terminator after them, and the parser
 * fails on it: that failure is ignored.
 */
export function withoutBody(message: IncomingMessage): Readable {
  message.on('error', () => undefined);
  message.resume();
  return Readable.from([]);
}
