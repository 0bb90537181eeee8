/** Half-open byte ranges, and how HTTP writes them. */
import { ConfigurationError } from '@sdk/common';

/** Bytes `start` up to, not including, `end`; without `end` up to the last one. */
export interface ByteRange {
  /** A whole number from 0. */
  readonly start: number;
  /** A whole number greater than `start`; what lies beyond the last byte is left out. */
  readonly end?: number | undefined;
}

/**
 * A range, checked.
 * @throws ConfigurationError where a bound is no whole number, negative, or the range empty, which HTTP cannot ask for.
 */
export function checkedRange(range: ByteRange | undefined): ByteRange | undefined {
  if (range === undefined) return undefined;
  if (typeof range !== 'object' || (range as unknown) === null) {
    throw new ConfigurationError('range is not { start, end? }', { field: 'range' });
  }
  for (const key of Object.keys(range)) {
    if (key !== 'start' && key !== 'end') {
      throw new ConfigurationError(`range has an unknown key "${key}"; it takes start and end`, {
        field: `range.${key}`,
      });
    }
  }
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ConfigurationError(`range.start is ${String(start)}: give a whole number from 0`, {
      field: 'range.start',
    });
  }
  if (end !== undefined && (!Number.isSafeInteger(end) || end <= start)) {
    throw new ConfigurationError(
      `range.end is ${String(end)}: give a whole number greater than start (${start}); ranges are half-open`,
      { field: 'range.end' },
    );
  }
  return range;
}

/** The `Range` header of a half-open range: `{ start: 0, end: 10 }` is `bytes=0-9`. */
export function rangeHeader(range: ByteRange): string {
  return `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}`;
}

/** The half-open range that `Content-Range: bytes 0-9/100` tells; the size is `Infinity` where it is `*`. */
export function contentRange(
  header: string | undefined,
): { readonly start: number; readonly end: number; readonly size: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const [start, end] = [Number(match[1]), Number(match[2]) + 1];
  const size = match[3] === '*' ? Infinity : Number(match[3]);
  return start < end && end <= size ? { start, end, size } : undefined;
}

/** Whether a `Content-Range` header says that the answer is this range, cut at the last byte. */
export function isRange({ start, end = Infinity }: ByteRange, header: string | undefined): boolean {
  const told = contentRange(header);
  if (told?.start !== start) return false;
  return told.end === Math.min(end, told.size) || (told.size === Infinity && told.end <= end);
}
