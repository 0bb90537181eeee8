/** Places in an answer to break off at: bytes, and records of TLS, whose lengths are not the same each time. */
import type { RelayCut } from '@sdk/testing';

const AT_ONCE = 16;

/**
 * Lets so many bytes of an answer pass, and breaks off when the next one comes: by then the client has had its time to
 * say what it says to the first ones.
 */
export function behind(bytes: number): RelayCut['at'] {
  return (answer) => (answer.length > bytes ? bytes : undefined);
}

/** Plays each of these, a few at a time: most of the time of each is waiting. */
export async function each<T>(places: readonly T[], play: (place: T) => Promise<void>) {
  const left = places.values();
  const worker = async (): Promise<void> => {
    for (const place of left) await play(place);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The numbers below `end`. */
export function below(end: number): number[] {
  return Array.from({ length: end }, (_, at) => at);
}

const HEADER_BYTES = 5;

/** The lengths of the TLS records in `bytes`, each with its header (RFC 8446 §5.1). */
export function recordsOf(bytes: Buffer): number[] {
  const lengths: number[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += lengths.at(-1)!) {
    lengths.push(HEADER_BYTES + bytes.readUInt16BE(at + 3));
  }
  return lengths;
}

/** Lets all records below `record` pass, and so many bytes of this one; a negative number is counted from its end. */
export function within(record: number, bytes: number): RelayCut['at'] {
  return (answer) => {
    const lengths = recordsOf(answer);
    if (lengths.length < record || (bytes !== 0 && lengths.length === record)) return undefined;
    const start = lengths.slice(0, record).reduce((sum, length) => sum + length, 0);
    const place = start + bytes + (bytes < 0 ? lengths[record]! : 0);
    return answer.length > place ? place : undefined;
  };
}

/** In a record of this length: before it, in and behind its header, every `step` bytes, and before its last byte. */
export function placesIn(length: number, step: number): number[] {
  const inside = below(length).filter((at) => at % step === 0 && at < length - 1);
  return [...new Set([0, 1, HEADER_BYTES, ...inside]), -1];
}
