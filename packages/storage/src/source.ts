/** What a caller hands over piece by piece: read no longer than the call lasts, and let go when it ends. */
import { Readable } from 'node:stream';
import { onAbort } from '@sdk/common';

/** Ends with the signal's reason even while the source is silent, and lets the source go. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let rejectWaiting: ((reason: unknown) => void) | undefined;
  const stopListening =
    signal &&
    onAbort(signal, () => {
      rejectWaiting?.(signal.reason);
      discard(source);
    });
  try {
    for (;;) {
      signal?.throwIfAborted();
      // A promise for each piece: racing against one that lives as long as the call would hold every piece's reaction.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        rejectWaiting = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stopListening?.();
    // Not awaited: a generator that waits for its own source answers only after that source does.
    void Promise.resolve(iterator.return?.()).catch(() => {});
    discard(source);
  }
}

/** Ends a stream that will not be read, so that what is behind it (a file, a socket) is let go; leaves others alone. */
export function discard(source: unknown): void {
  if (source instanceof Readable) {
    // Whoever gave the stream may not listen; an unheard error would end the process.
    source.on('error', () => {});
    source.destroy();
  }
}
