import { describe, expect, test } from '@jest/globals';
import { parseProxyUrl } from '@sdk/common';
import type { ProxyCandidate } from '@sdk/common';
import { FIRST_REST_MS, LONGEST_REST_MS, RestingProxies } from '../../src/proxy/resting.js';

const a = parseProxyUrl('http://a.test:3128');
const b = parseProxyUrl('http://b.test:3128');

/** Proxies that rest, by a clock that the test sets. */
function stand() {
  const clock = { now: 0 };
  const resting = new RestingProxies(() => clock.now);
  const next = (list: readonly ProxyCandidate[], asker: object = {}) =>
    list[resting.next(list, asker)];
  return { clock, resting, next };
}

describe('a proxy that rests', () => {
  test('is left out while another candidate remains', () => {
    const { resting, next } = stand();
    expect(next([a, b])).toBe(a);
    expect(resting.failed(a, {})).toBe(FIRST_REST_MS);
    expect(next([a, b])).toBe(b);
    expect(next([a, 'direct'])).toBe('direct');
  });

  test('is tried where all rest, the one first whose rest ends first', () => {
    const { clock, resting, next } = stand();
    resting.failed(b, {});
    clock.now = 10;
    resting.failed(a, {});
    expect(next([a, b])).toBe(b);
    expect(next([a])).toBe(a);
  });

  test('rests twice as long each time, but no longer than the longest rest, and from the start after a success', () => {
    const { clock, resting, next } = stand();
    const lengths = [resting.failed(a, {})];
    for (let i = 0; i < 8; i += 1) {
      clock.now += LONGEST_REST_MS + 1;
      const probe = {};
      expect(next([a, b], probe)).toBe(a);
      lengths.push(resting.failed(a, probe));
    }
    expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    resting.worked(a);
    expect(next([a, b])).toBe(a);
    expect(resting.failed(a, {})).toBe(FIRST_REST_MS);
  });

  test('counts the failures of requests that were under way together once', () => {
    const { resting } = stand();
    expect([1, 2, 3].map(() => resting.failed(a, {}))).toEqual([
      FIRST_REST_MS,
      undefined,
      undefined,
    ]);
  });

  test('is asked by one request after its rest, and by another one where that one does not tell', () => {
    const { clock, resting, next } = stand();
    resting.failed(a, {});
    clock.now = FIRST_REST_MS;
    const probe = {};
    expect(next([a, b], probe)).toBe(a);
    expect(next([a, b])).toBe(b);
    resting.leftOpen(a, probe);
    expect(next([a, b], probe)).toBe(a);
    clock.now += FIRST_REST_MS;
    expect(next([a, b])).toBe(a);
    // The first of the two is late, and no longer speaks for all.
    expect(resting.failed(a, probe)).toBeUndefined();
  });

  test('is forgotten where a thousand others have failed since', () => {
    const { resting, next } = stand();
    resting.failed(a, {});
    for (let port = 1; port <= 1_024; port += 1)
      resting.failed(parseProxyUrl(`http://c:${port}`), {});
    expect(next([a, b])).toBe(a);
  });
});
