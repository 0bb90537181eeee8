import { describe, expect, test } from '@jest/globals';
import { AwsClock } from '../../src/aws/clock.js';
import { amzDate } from '../../src/aws/sigv4.js';

const HOUR = 3_600_000;
const dateHeader = (offsetMs: number): string => new Date(Date.now() + offsetMs).toUTCString();
const offsetOf = (clock: AwsClock): number => clock.now().getTime() - Date.now();

describe('a clock', () => {
  test('is set by an answer to what was signed long before, whatever it was set to meanwhile', () => {
    const clock = new AwsClock();
    const signed = amzDate(clock.now());
    for (let answers = 0; answers < 3; answers += 1) {
      expect(clock.correct(dateHeader(3 * HOUR), signed)).toBe(true);
      expect(Math.abs(offsetOf(clock) - 3 * HOUR)).toBeLessThan(5_000);
    }
    expect(clock.correct(dateHeader(3 * HOUR), amzDate(clock.now()))).toBe(false);
  });

  test.each<[string, string | undefined, string | undefined]>([
    ['no Date header', undefined, '20130524T000000Z'],
    ['a Date header that is none', 'yesterday', '20130524T000000Z'],
    ['no time of the signature', dateHeader(HOUR), undefined],
    ['a time of the signature that is none', dateHeader(HOUR), 'soon'],
  ])('is left alone where there is %s', (_what, date, signed) => {
    const clock = new AwsClock();
    expect(clock.correct(date, signed)).toBe(false);
    expect(Math.abs(offsetOf(clock))).toBeLessThan(1_000);
  });

  test('is left alone where the two are not as far apart as is asked', () => {
    const clock = new AwsClock();
    const signed = amzDate(clock.now());
    expect(clock.correct(dateHeader(4 * 60_000), signed, 5 * 60_000)).toBe(false);
    expect(clock.correct(dateHeader(4 * 60_000), signed)).toBe(true);
  });
});
