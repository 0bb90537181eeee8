import { describe, expect, test } from '@jest/globals';
import { ResponseHeaders } from '@sdk/common';
import { rateLimitOf } from '../../src/connection/answers/rate-limit.js';
import { retryAfterMs } from '../../src/connection/answers/retry-after.js';

const headers = (record: Record<string, string>): ResponseHeaders =>
  new ResponseHeaders(Object.entries(record).flat());

describe('how long to wait', () => {
  test.each([
    [{ 'Retry-After': '7' }, 7_000],
    [{ 'Retry-After': '0' }, 0],
    [{ 'Retry-After': ' 1.5 ' }, 1_500],
    [{ 'retry-after-ms': '250', 'Retry-After': '7' }, 250],
    [{ 'X-MS-Retry-After-Ms': '250' }, 250],
    [{ 'retry-after-ms': 'soon', 'Retry-After': '7' }, 7_000],
    [
      { 'Retry-After': 'Wed, 21 Oct 2026 07:28:30 GMT', Date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      30_000,
    ],
    [{ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT', Date: 'Wed, 21 Oct 2026 07:28:30 GMT' }, 0],
    [{ 'Retry-After': '-5' }, undefined],
    [{ 'Retry-After': '1e9' }, undefined],
    [{ 'Retry-After': 'tomorrow' }, undefined],
    [{ 'Retry-After': '' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (record, expected) => {
    expect(retryAfterMs(headers(record as Record<string, string>))).toBe(expected);
  });

  test('a date without a Date beside it is compared with our own clock', () => {
    const then = new Date(Date.now() + 10_000).toUTCString();
    const waitMs = retryAfterMs(headers({ 'Retry-After': then })) as number;
    expect(waitMs).toBeGreaterThan(8_000);
    expect(waitMs).toBeLessThanOrEqual(10_000);
  });
});

describe('a rate limit', () => {
  test.each([
    [
      'DigitalOcean, Hetzner: a reset in seconds since 1970',
      { 'RateLimit-Limit': '5000', 'RateLimit-Remaining': '4816', 'RateLimit-Reset': '1800000000' },
      { limit: 5000, remaining: 4816, resetAt: '2027-01-15T08:00:00.000Z' },
    ],
    [
      'Linode, with X-',
      {
        'X-RateLimit-Limit': '200',
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': '1800000000',
      },
      { limit: 200, remaining: 0, resetAt: '2027-01-15T08:00:00.000Z' },
    ],
    [
      'only what is left',
      { 'X-RateLimit-Remaining': '3' },
      { limit: undefined, remaining: 3, resetAt: undefined },
    ],
    ['garbage', { 'RateLimit-Limit': 'many', 'RateLimit-Remaining': '' }, undefined],
    ['nothing', {}, undefined],
  ])('is read of %s', (_name, record, expected) => {
    expect(rateLimitOf(headers(record as Record<string, string>))).toEqual(expected);
  });

  test.each([
    [{ Ratelimit: '"default";r=50;t=30', 'Ratelimit-Policy': '"burst";q=100;w=60' }, 100, 50],
    [{ RateLimit: 'limit=100, remaining=50, reset=30' }, 100, 50],
    [{ 'RateLimit-Limit': '100', 'RateLimit-Remaining': '50', 'RateLimit-Reset': '30' }, 100, 50],
  ])('with a span until its reset is told as a time (%j)', (record, limit, remaining) => {
    const told = rateLimitOf(headers(record));
    expect(told).toMatchObject({ limit, remaining });
    const inMs = Date.parse(told?.resetAt as string) - Date.now();
    expect(inMs).toBeGreaterThan(28_000);
    expect(inMs).toBeLessThanOrEqual(30_000);
  });
});
