/** What is wrong with a run, in sentences. */

/** What a call ended with: it succeeded; it failed, and may have been processed; it failed for any other reason. */
export const OK = 1;
export const IN_DOUBT = 2;
export const FAILED = 3;

/** Growth over the measured half that is not a leak: code that is compiled late, pages that the allocator keeps. */
const HEAP_BYTES = 2 * 1024 * 1024;
const RSS_BYTES = 24 * 1024 * 1024;
/** Outside the heap: what 32 calls at once happen to read and write when they are measured. */
const EXTERNAL_BYTES = 4 * 1024 * 1024;
/** An outage of a proxy is a matter of milliseconds. A call that lasts so long has run into a timer. */
const LONGEST_MS = 20_000;

/**
 * The method of a call.
 * @param {number} id
 * @returns {'GET' | 'PUT' | 'POST'}
 */
export function methodOf(id) {
  // Two calls in a row go to different origins, so that each method goes to both.
  return ['GET', 'GET', 'GET', 'GET', 'PUT', 'PUT', 'POST', 'POST'][id % 8] ?? 'GET';
}

/** @typedef {'heap' | 'rss' | 'external' | 'arrayBuffers'} Measure */
/** @typedef {{ calls: number } & Record<Measure, number>} Sample */

/**
 * @param {{
 *   outcomes: Uint8Array,
 *   processed: Uint8Array,
 *   mixedUp: number,
 *   longestMs: number,
 *   deaths: number,
 *   carried: number[],
 *   left: number,
 *   endsByItself: boolean,
 *   samples: Sample[],
 * }} run by id: what became of each call, and how often the origin processed it; answers that belonged to others; how often a
 *   proxy died; what each proxy carried; sockets left at the proxies while the client was still there; memory
 * @returns {string[]}
 */
export function judge(run) {
  const { outcomes, processed, mixedUp, longestMs, deaths, carried, left, samples } = run;
  const wrongs = new Map();
  /** @param {string} what */
  const wrong = (what) => wrongs.set(what, (wrongs.get(what) ?? 0) + 1);
  for (const [id, outcome] of outcomes.entries()) {
    const times = processed[id] ?? 0;
    const method = methodOf(id);
    if (outcome === OK && times === 0) wrong(`${method}s succeeded that the origin never saw`);
    if (outcome === IN_DOUBT && method !== 'POST') wrong(`${method}s were not repeated`);
    if (method === 'POST' && times > 1) wrong('POSTs were processed more than once');
    if (outcome === OK || outcome === IN_DOUBT) continue;
    const done = method === 'POST' && times > 0;
    wrong(done ? 'POSTs were processed that failed as not sent' : `${method}s were lost`);
  }
  const sentences = [...wrongs].map(([what, times]) => `${times} ${what}`);
  if (mixedUp > 0) sentences.push(`${mixedUp} answers belonged to other calls`);
  if (deaths === 0) sentences.push('no proxy died');
  if (carried.some((count) => count === 0)) sentences.push('a proxy carried nothing');
  if (left > 0) sentences.push(`${left} sockets were left at the proxies`);
  if (!run.endsByItself) sentences.push('the client did not end by itself');
  if (longestMs > LONGEST_MS) sentences.push(`a call lasted ${Math.round(longestMs)} ms`);
  sentences.push(...growths(samples));
  return sentences;
}

/** @param {Sample[]} samples */
function growths(samples) {
  if (samples.length < 6) return ['memory was measured too seldom'];
  /** @type {[Measure, number][]} */
  const limits = [
    ['heap', HEAP_BYTES],
    ['rss', RSS_BYTES],
    // The array buffers are among it.
    ['external', EXTERNAL_BYTES],
  ];
  return limits.flatMap(([measure, limit]) => {
    const grown = growthOf(samples, measure);
    return grown > limit ? [`${measure} grew by ${grown} bytes over the second half`] : [];
  });
}

/**
 * How much a measure grew over the second half of the samples, by the line that fits them best.
 * @param {Sample[]} samples
 * @param {Measure} measure
 */
export function growthOf(samples, measure) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const xs = half.map(({ calls }) => calls);
  const ys = half.map((sample) => sample[measure]);
  const mean = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0) / all.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const above = xs.reduce((all, x, i) => all + (x - x0) * (Number(ys[i]) - y0), 0);
  const below = xs.reduce((all, x) => all + (x - x0) ** 2, 0);
  return Math.round((above / below) * (Number(xs.at(-1)) - Number(xs[0])));
}
