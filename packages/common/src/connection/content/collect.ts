/** Reading a body into memory, within a limit. */
import type { Readable } from 'node:stream';
import { ConfigurationError, ConnectionError } from '../../errors.js';

/** A body that is longer than it may be. It has been destroyed. */
export class BodyTooLong extends Error {}

/**
 * Reads `body` to its end.
 * @param onBytes called for each piece with the number of bytes so far. If it throws, the reading ends with that error.
 * @throws BodyTooLong · whatever destroyed the body · ConnectionError where it closed without an end.
 */
export function collect(
  body: Readable,
  limitBytes: number,
  onBytes?: (bytes: number) => void,
): Promise<Buffer> {
  const broken = brokenBefore(body);
  if (broken !== undefined) return Promise.reject(broken);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    body.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limitBytes) {
        stop(new BodyTooLong());
        return;
      }
      pieces.push(piece);
      if (onBytes === undefined) return;
      try {
        onBytes(bytes);
      } catch (error) {
        stop(error);
      }
    });
    body.once('end', () => {
      resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes));
    });
    body.on('error', reject);
    body.once('close', () => {
      if (!body.readableEnded) reject(closedEarly());
    });
    const stop = (error: unknown): void => {
      reject(error);
      body.destroy();
    };
  });
}

/**
 * Why a body can no longer be read: it broke off in the very packet that brought its headers, before anybody could listen, or
 * somebody else has read it.
 */
export function brokenBefore(body: Readable): Error | undefined {
  if (body.readableEnded) return readBefore();
  return body.errored ?? (body.destroyed ? closedEarly() : undefined);
}

function readBefore(): ConfigurationError {
  return new ConfigurationError(
    'The body of the answer was read before it reached the connection',
    {
      field: 'transport',
      hint: 'An interceptor or a transport that reads the body of an answer must put another one in its place.',
    },
  );
}

/** Reads a short body to its end and discards it, so that the socket can be used again; a longer one is destroyed. */
export async function drain(body: Readable, limitBytes: number): Promise<void> {
  try {
    await collect(body, limitBytes);
  } catch (error) {
    if (!(error instanceof BodyTooLong)) throw error;
  }
}

function closedEarly(): ConnectionError {
  return new ConnectionError('The body of the answer was closed before its end', {
    reason: 'ERR_STREAM_PREMATURE_CLOSE',
    requestSent: 'yes',
    retryable: true,
  });
}
