/** A stream on its way into a request, with backpressure. */
import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { DeclaredLength } from './declared-length.js';
import { PIECE_BYTES, piecesOf } from './pieces.js';

/** A running upload. */
export interface Upload {
  /** Whether the source has more, or bytes wait for the socket. */
  readonly unfinished: boolean;
  /** Whether bytes wait for the peer to take them. */
  readonly stalled: boolean;
  /** Stops reading and destroys the source. */
  stop(): void;
}

/** The stream to send for a body; `undefined` where it is written at once. */
export function uploadOf(body: string | Uint8Array | Readable | undefined): Readable | undefined {
  if (body === undefined || body instanceof Readable) return body;
  if (body.length <= PIECE_BYTES) return undefined;
  return Readable.from(piecesOf(typeof body === 'string' ? Buffer.from(body) : body));
}

/** Why a stream can no longer be sent: it failed, or was closed, while its connection was being made. */
export function brokenBody(body: unknown): Error | undefined {
  if (!(body instanceof Readable)) return undefined;
  return body.errored ?? (body.destroyed && !body.readableEnded ? closedEarly() : undefined);
}

function closedEarly(): Error {
  return new Error('The body was closed before its end');
}

/** Who is told of an upload. */
export interface UploadListener {
  /** At each piece that was taken. */
  progress(): void;
  /** The body's own error, or that it does not fit its Content-Length. */
  failure(cause: unknown): void;
}

/**
 * Moves `body` into `request` and ends it.
 * @param declaredBytes the request's Content-Length, where it has one
 * @param endMs how long a body that has given all of that may take to end
 */
export function upload(
  body: Readable,
  request: ClientRequest,
  declaredBytes: number | undefined,
  endMs: number,
  listener: UploadListener,
): Upload {
  let stopped = false;
  const fail = (cause: unknown): void => {
    if (!stopped) listener.failure(cause);
  };
  const length = new DeclaredLength(declaredBytes, endMs, fail);
  body.on('data', (chunk: string | Uint8Array) => {
    if (stopped) return;
    try {
      const piece = length.take(chunk);
      if (piece !== undefined && !request.write(piece)) body.pause();
    } catch (cause) {
      return fail(cause);
    }
    listener.progress();
  });
  request.on('drain', () => {
    if (stopped) return;
    listener.progress();
    body.resume();
  });
  body.once('end', () => {
    if (stopped) return;
    try {
      const rest = length.rest();
      listener.progress();
      request.end(rest);
    } catch (cause) {
      fail(cause);
    }
  });
  body.on('error', fail);
  body.once('close', () => {
    if (!body.readableEnded && body.errored === null) fail(closedEarly());
  });
  return {
    get unfinished() {
      return !request.writableFinished;
    },
    get stalled() {
      return request.writableLength > 0 || request.writableNeedDrain;
    },
    stop() {
      stopped = true;
      length.stop();
      body.destroy();
    },
  };
}
