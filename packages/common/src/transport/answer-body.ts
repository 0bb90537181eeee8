/** The body of an answer, as the caller gets it. */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { inspect, type InspectOptions } from 'node:util';
import { asStreamError } from '../abort.js';

/** Turns a failure of the socket into an error of the SDK. */
export interface FailureMapper {
  failed(cause: unknown): Error;
}

const MAPPER = Symbol('mapper');

/** Node's message, as far as it becomes the body. */
type Guarded = IncomingMessage & {
  [MAPPER]: FailureMapper;
  [inspect.custom]: typeof shown;
  toJSON: typeof progress;
};

const { destroy } = IncomingMessage.prototype;

/**
 * Makes the body for the caller of Node's message. It is the same object, with functions of its own that serve all answers: V8's
 * feedback would keep the request of a closure for each answer alive, and a message with another prototype takes half as long
 * again.
 */
export function guarded(message: IncomingMessage, mapper: FailureMapper): Readable {
  message.destroy = destroyGuarded;
  const body = message as Guarded;
  body[MAPPER] = mapper;
  body[inspect.custom] = shown;
  body.toJSON = progress;
  return body;
}

/**
 * If an answer breaks off, Node destroys its body with an error of its own. This replaces that error with one of the SDK, in the
 * one place that every error passes, before the stream stores it for later readers. A reader's own error stays as it is.
 */
function destroyGuarded(this: IncomingMessage, error?: Error): IncomingMessage {
  const reason = brokeOff(error, this.socket) ? (this as Guarded)[MAPPER].failed(error) : error;
  return destroy.call(this, reason);
}

/** Node's message leads to the request, and that to the credentials it was sent with. */
function shown(this: Readable, _depth: number, options: InspectOptions): string {
  return `AnswerBody ${inspect(progress.call(this), options)}`;
}

/** How far the body has been read: all that is shown of it. */
function progress(this: Readable): object {
  const { readableFlowing, readableLength, readableEnded, destroyed } = this;
  return { readableFlowing, readableLength, readableEnded, destroyed };
}

/** Ends a body with `reason` as it is, and its socket without: Node reads and passes on what it is given. */
export function endBody(message: IncomingMessage, reason: unknown): void {
  socketOf(message)?.destroy();
  destroy.call(message, asStreamError(reason));
}

/** Node's types leave out that an answer which was read to its end gives its socket away. */
function socketOf({ socket }: { readonly socket: Socket | null }): Socket | null {
  return socket;
}

/** Node's own error of an answer that broke off comes when its socket has closed; a reader may have got a like one elsewhere. */
function brokeOff(error: Error | undefined, socket: Socket | null): boolean {
  return (
    socket?.destroyed === true &&
    error?.message === 'aborted' &&
    (error as { code?: unknown }).code === 'ECONNRESET'
  );
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
