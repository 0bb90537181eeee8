import { expect, test } from '@jest/globals';
import { FAILED, growthOf, IN_DOUBT, judge, methodOf, OK } from '../verdict.mjs';

const CALLS = 80_000;
const MIB = 1024 * 1024;
const flat = Array.from({ length: 20 }, (_, i) => ({
  calls: (i + 1) * 4_000,
  heap: 20 * MIB + (i % 2) * 100_000,
  rss: 100 * MIB,
  external: (3 + (i % 2)) * MIB,
  arrayBuffers: (i % 2) * MIB,
}));

/** A run without a fault, and what a test changes in it. */
function run(change: Partial<Parameters<typeof judge>[0]> = {}) {
  return {
    outcomes: new Uint8Array(CALLS).fill(OK),
    processed: new Uint8Array(CALLS).fill(1),
    mixedUp: 0,
    longestMs: 900,
    deaths: 4,
    carried: [9, 9],
    left: 0,
    endsByItself: true,
    samples: flat,
    ...change,
  };
}

/** The books of a run in which one call differs. */
function oddCall(method: string, outcome: number, times: number) {
  const odd = run();
  const id = Array.from({ length: 8 }, (_, i) => i).find((i) => methodOf(i) === method)!;
  odd.outcomes[id] = outcome;
  odd.processed[id] = times;
  return odd;
}

test('a run without a fault is good, with changes in doubt and repeated reads among it', () => {
  expect(judge(run())).toEqual([]);
  expect(judge(oddCall('POST', IN_DOUBT, 1))).toEqual([]);
  expect(judge(oddCall('POST', IN_DOUBT, 0))).toEqual([]);
  expect(judge(oddCall('GET', OK, 3))).toEqual([]);
});

test.each([
  ['a POST that was processed twice', oddCall('POST', OK, 2), /more than once/],
  ['a POST in doubt that was processed twice', oddCall('POST', IN_DOUBT, 2), /more than once/],
  ['a POST that failed as not sent and was processed', oddCall('POST', FAILED, 1), /not sent/],
  ['a POST that failed for another reason', oddCall('POST', FAILED, 0), /POSTs were lost/],
  ['a GET that was not repeated', oddCall('GET', IN_DOUBT, 0), /not repeated/],
  ['a PUT that failed', oddCall('PUT', FAILED, 0), /PUTs were lost/],
  ['a PUT that the origin never saw', oddCall('PUT', OK, 0), /never saw/],
  ['a call that nobody made', oddCall('GET', 0, 0), /lost/],
  ['an answer of another call', run({ mixedUp: 1 }), /other calls/],
  ['proxies that all lived', run({ deaths: 0 }), /no proxy died/],
  ['a proxy that carried nothing', run({ carried: [5, 0] }), /carried nothing/],
  ['a socket that was left', run({ left: 1 }), /left/],
  ['a client that has to be killed', run({ endsByItself: false }), /did not end/],
  ['a call that ran into a timer', run({ longestMs: 60_001 }), /lasted 60001 ms/],
  ['memory that was not watched', run({ samples: [] }), /too seldom/],
  [
    'a heap that grows by 100 bytes with each call',
    run({ samples: flat.map((one) => ({ ...one, heap: one.heap + one.calls * 100 })) }),
    /heap grew/,
  ],
  [
    'resident memory that grows by a kilobyte with each call',
    run({ samples: flat.map((one) => ({ ...one, rss: one.rss + one.calls * 1024 })) }),
    /rss grew/,
  ],
  [
    'a buffer that is kept with each call',
    run({ samples: flat.map((one) => ({ ...one, external: one.external + one.calls * 200 })) }),
    /external grew/,
  ],
])('%s fails a run', (_what, odd, sentence) => {
  expect(judge(odd)).toEqual([expect.stringMatching(sentence)]);
});

test('growth is that of the second half: what a start costs does not count', () => {
  const late = flat.map((one, i) => ({ ...one, heap: i < 10 ? i * MIB : 10 * MIB }));
  expect(growthOf(late, 'heap')).toBe(0);
});
