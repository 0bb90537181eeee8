/** The bytes of an open file as a stream that closes it however the reading ends. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ConnectionError, onAbort, totalPassed } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { systemCode } from './system-errors.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads `start` up to `end` of a file that is open already, so that what was promised of it still holds when it is
 * replaced meanwhile. An abort destroys the stream with the signal's reason.
 * @param totalMs destroys it with a TimeoutError; `undefined`: without end
 */
export function fileBody(
  handle: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  { signal, onProgress }: Pick<CallOptions, 'signal' | 'onProgress'>,
  totalMs?: number,
): Readable {
  let position = start;

  async function readChunk(): Promise<Buffer | null> {
    if (position >= end) return null;
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      throw new ConnectionError(
        `The file became shorter while it was read: ${end - position} bytes are missing`,
        { reason: 'ESHORTREAD', requestSent: 'yes', retryable: true },
      );
    }
    position += bytesRead;
    onProgress?.({ direction: 'down', bytes: position - start, totalBytes: end - start });
    return buffer.subarray(0, bytesRead);
  }

  let reading: Promise<unknown> = Promise.resolve();
  const body = new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      reading = readChunk().then(
        (chunk) => body.push(chunk),
        (error: unknown) => body.destroy(asReadError(error)),
      );
    },
    destroy(error, callback) {
      stopListening?.();
      clearTimeout(timer);
      // The descriptor must not be closed, and then perhaps given to another file, under a read that is on its way.
      void reading
        .then(() => handle.close())
        .then(
          () => callback(error),
          (closing: unknown) => callback(error ?? (closing as Error)),
        );
    },
  });
  // Until somebody reads, a failure waits on the stream: it must not end the process.
  body.on('error', () => {});
  const stopListening = signal && onAbort(signal, () => void body.destroy(signal.reason as Error));
  const timer =
    totalMs === undefined
      ? undefined
      : setTimeout(() => void body.destroy(totalPassed(totalMs)), totalMs).unref();
  return body;
}

function asReadError(error: unknown): Error {
  const code = systemCode(error);
  if (code === undefined) return error as Error;
  return new ConnectionError(`Reading the file failed (${code})`, {
    reason: code,
    requestSent: 'yes',
    retryable: false,
    cause: error,
  });
}
