/** How long a provider asks to wait, whatever it writes. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ResponseHeaders } from '@sdk/common';
import { retryAfterMs } from '../../src/connection/answers/retry-after.js';

const asked = (...headers: string[]): number | undefined =>
  retryAfterMs(new ResponseHeaders(headers));
/** Within what a date of HTTP can say, to the second. */
const SECOND = fc.integer({ min: 0, max: 4_000_000_000 });
const httpDate = (second: number): string => new Date(second * 1000).toUTCString();

test('is a number of milliseconds from 0 on, or nothing', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[-+0-9.eE ]{0,16}$/),
    fc.stringMatching(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [A-Z]{3}$/),
    SECOND.map(httpDate),
  );
  const name = fc.constantFrom('Retry-After', 'retry-after-ms', 'x-ms-retry-after-ms', 'Date');
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text)), (headers) => {
      const ms = asked(...headers.flat());
      if (ms !== undefined) {
        expect(Number.isFinite(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('is the seconds that are named, in any spelling of the header, blanks around it or not', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.constantFrom('Retry-After', 'RETRY-AFTER'),
      (seconds, name) => {
        expect(asked(name, ` ${seconds} `)).toBe(seconds * 1000);
      },
    ),
  );
});

test('is the way from the date of the answer to the date that is named, never below 0', () => {
  fc.assert(
    fc.property(SECOND, SECOND, (now, then) => {
      expect(asked('Date', httpDate(now), 'Retry-After', httpDate(then))).toBe(
        Math.max(0, then - now) * 1000,
      );
    }),
  );
});

test('is what the header in milliseconds says, where both are there', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (ms, seconds) => {
      expect(asked('Retry-After', String(seconds), 'retry-after-ms', String(ms))).toBe(ms);
    }),
  );
});
