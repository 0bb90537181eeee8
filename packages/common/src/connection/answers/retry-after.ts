/** How long a provider asks to wait. */
import type { ResponseHeaders } from '../../transport/response-headers.js';

/**
 * `retry-after-ms` and `x-ms-retry-after-ms` (milliseconds), else `Retry-After` in seconds or as a date (RFC 9110
 * §10.2.3). A date is compared with the answer's own `Date`, if there is one: the two clocks may differ.
 * @returns milliseconds from 0; `undefined` if there is none that can be read.
 */
export function retryAfterMs(headers: ResponseHeaders): number | undefined {
  const precise = headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms');
  if (precise !== undefined && isNumber(precise)) return Number(precise);
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (isNumber(value)) return Number(value) * 1_000;
  // Date.parse reads much that is no date of HTTP ("-5" is a year), so a letter must come first.
  const then = /^[A-Za-z]/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(then)) return undefined;
  const theirs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, then - (Number.isNaN(theirs) ? Date.now() : theirs));
}

function isNumber(text: string): boolean {
  return /^\s*\d{1,12}(?:\.\d{1,6})?\s*$/.test(text);
}
