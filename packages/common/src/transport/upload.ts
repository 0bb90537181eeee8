/** A stream on its way into a request, with backpressure. */
import type { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';
import { lengthMismatch } from './head.js';

/** A running upload. */
export interface Upload {
  /** Whether the source has more, or bytes wait for the socket. */
  readonly unfinished: boolean;
  /** Whether bytes wait for the peer to take them. */
  readonly stalled: boolean;
  /** Stops reading and destroys the source. */
  stop(): void;
}

/** Who is told of an upload. */
export interface UploadListener {
  /** At each piece that was taken. */
  progress(): void;
  /** The body's own error, or that it does not fit its Content-Length. */
  failure(cause: unknown): void;
}

/** Moves `body` into `request` and ends it. `declaredBytes` is its Content-Length, where it has one. */
export function upload(
  body: Readable,
  request: ClientRequest,
  declaredBytes: number | undefined,
  listener: UploadListener,
): Upload {
  let stopped = false;
  let sent = 0;
  const fail = (cause: unknown): void => {
    if (!stopped) listener.failure(cause);
  };
  body.on('data', (chunk: string | Uint8Array) => {
    if (stopped) return;
    sent += Buffer.byteLength(chunk);
    if (declaredBytes !== undefined && sent > declaredBytes)
      return fail(lengthMismatch(declaredBytes));
    if (!request.write(chunk)) body.pause();
    listener.progress();
  });
  request.on('drain', () => {
    listener.progress();
    if (!stopped) body.resume();
  });
  body.once('end', () => {
    if (stopped) return;
    if (declaredBytes !== undefined && sent < declaredBytes) fail(lengthMismatch(declaredBytes));
    else request.end();
  });
  body.on('error', fail);
  body.once('close', () => {
    if (!body.readableEnded && body.errored === null)
      fail(new Error('The body was closed before its end'));
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
      body.destroy();
    },
  };
}
