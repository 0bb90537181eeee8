/** The bytes of an object on their way up: how they may be given, and one way to read them all. */
import { Readable } from 'node:stream';
import { ConfigurationError, kindOf } from '@sdk/common';
import { untilAborted } from './source.js';

/** A body that is read once, chunk by chunk. */
export type ByteStream = Readable | AsyncIterable<Uint8Array>;

/**
 * What an object is made of: text (UTF-8), bytes, a stream, or a function that opens a stream. Text, bytes and
 * functions can be sent again after a failure; a stream only where its bytes are still held.
 */
export type ObjectBody = string | Uint8Array | ByteStream | (() => ByteStream);

/** A body that was looked at, so that a driver need not ask again what it is. */
export type CheckedBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly sizeBytes: number }
  | {
      readonly kind: 'stream';
      /** Opens the stream: a second time only where `replayable`. An abort ends it with the signal's reason. */
      readonly open: (signal?: AbortSignal) => AsyncIterable<Uint8Array>;
      readonly replayable: boolean;
      /** What the caller promised; `undefined`: unknown. */
      readonly sizeBytes: number | undefined;
    };

/**
 * A body and its size, checked.
 * @throws ConfigurationError where it is none of the forms, used up already, or its size contradicts it.
 */
export function checkedBody(body: ObjectBody, sizeBytes: number | undefined): CheckedBody {
  if (sizeBytes !== undefined && (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)) {
    throw new ConfigurationError(
      `sizeBytes is ${String(sizeBytes)}: give a whole number of bytes, or leave it out`,
      { field: 'sizeBytes' },
    );
  }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (sizeBytes !== undefined && sizeBytes !== bytes.byteLength)
      throw wrongSize(bytes.byteLength, sizeBytes);
    return { kind: 'bytes', bytes, sizeBytes: bytes.byteLength };
  }
  if (typeof body === 'function') {
    const open = (signal?: AbortSignal) => streamed(() => opened(body()), sizeBytes, signal);
    return { kind: 'stream', open, replayable: true, sizeBytes };
  }
  const stream = opened(body);
  const open = (signal?: AbortSignal) => streamed(() => stream, sizeBytes, signal);
  return { kind: 'stream', open, replayable: false, sizeBytes };
}

function opened(body: ByteStream): ByteStream {
  if (body instanceof Readable) {
    // It may fail before anybody reads it (a file that is not there), and an unheard error would end the process.
    body.on('error', () => {});
    if (body.destroyed || body.readableEnded) {
      throw new ConfigurationError(
        'body is a stream that was read or destroyed before; open it anew, or give a function that does',
        { field: 'body' },
      );
    }
    return body;
  }
  if (typeof (body as Partial<ByteStream> | null)?.[Symbol.asyncIterator] !== 'function') {
    throw new ConfigurationError(
      `body is ${kindOf(body)}: give a string, bytes, a Readable, an async iterable of bytes, or a function that opens one`,
      { field: 'body' },
    );
  }
  return body;
}

/** Reads a stream chunk by chunk, and holds it to the size that was promised. */
async function* streamed(
  open: () => ByteStream,
  sizeBytes: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  const stream = open();
  // What it failed of while nobody read it says more than that it can no longer be read.
  if (stream instanceof Readable && stream.errored !== null) throw stream.errored;
  for await (const chunk of untilAborted(stream as AsyncIterable<unknown>, signal)) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) {
      throw new ConfigurationError(`body yielded ${kindOf(chunk)}: a stream of bytes is needed`, {
        field: 'body',
      });
    }
    seen += bytes.byteLength;
    if (sizeBytes !== undefined && seen > sizeBytes) throw wrongSize(seen, sizeBytes, 'at least ');
    if (bytes.byteLength > 0) yield bytes;
  }
  if (sizeBytes !== undefined && seen !== sizeBytes) throw wrongSize(seen, sizeBytes);
}

function wrongSize(seen: number, promised: number, atLeast = ''): ConfigurationError {
  return new ConfigurationError(
    `body has ${atLeast}${seen} bytes and sizeBytes says ${promised}; leave sizeBytes out where the size is not known`,
    { field: 'sizeBytes' },
  );
}
