/** A stream on its way into a request, with backpressure. */
import type { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';

/** A running upload. */
export interface Upload {
  /** Whether the source has more, or bytes wait for the socket. */
  readonly unfinished: boolean;
  /** Whether bytes wait for the peer to take them. */
  readonly stalled: boolean;
  /** Stops reading and destroys the source. */
  stop(): void;
}

/**
 * Moves `body` into `request` and ends it. `onProgress` is told at each piece that was taken, `onFailure` the body's own
 * error, or that it was closed before its end or does not fit its Content-Length.
 */
export function upload(
  body: Readable,
  request: ClientRequest,
  onProgress: () => void,
  onFailure: (cause: unknown) => void,
): Upload {
  let stopped = false;
  const attempt = (write: () => void): void => {
    if (stopped) return;
    try {
      write();
    } catch (cause) {
      onFailure(cause);
    }
  };
  body.on('data', (chunk: string | Uint8Array) =>
    attempt(() => {
      if (!request.write(chunk)) body.pause();
      onProgress();
    }),
  );
  request.on('drain', () => {
    onProgress();
    if (!stopped) body.resume();
  });
  body.once('end', () => attempt(() => request.end()));
  body.on('error', (cause) => {
    if (!stopped) onFailure(cause);
  });
  body.once('close', () => {
    if (!stopped && !body.readableEnded && body.errored === null) {
      onFailure(new Error('The body was closed before its end'));
    }
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
