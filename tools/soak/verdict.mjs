/** What is wrong with a run, in sentences. */

/** What a call ended with: it succeeded; it failed, and may have been processed; it failed for any other reason. */
export const OK = 1;
export const IN_DOUBT = 2;
export const FAILED = 3;

/** Growth over the measured half that is not a leak: code that is compiled late, pages that the allocator keeps. */
const HEAP_BYTES = 2 * 1024 * 1024;
const RSS_BYTES = 24 * 1024 * 1024;
/** The resident memory of a young process grows whatever it does. */
const RSS_FROM_CALLS = 50_000;

/**
 * The method of a call.
 * @param {number} id
 * @returns {'GET' | 'PUT' | 'POST'}
 */
export function methodOf(id) {
  // Two calls in a row go to different origins, so that each method goes to both.
  return ['GET', 'GET', 'GET', 'GET', 'PUT', 'PUT', 'POST', 'POST'][id % 8] ?? 'GET';
}

/**
 * @param {{
 *   outcomes: Uint8Array,
 *   processed: Uint8Array,
 *   mixedUp: number,
 *   deaths: number,
 *   carried: number[],
 *   left: number,
 *   samples: { calls: number, heap: number, rss: number }[],
 * }} run by id: what became of each call, and how often the origin processed it; answers that belonged to others; how often a
 *   proxy died; what each proxy carried; sockets left at the proxies; memory
 * @returns {string[]}
 */
export function judge({ outcomes, processed, mixedUp, deaths, carried, left, samples }) {
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
  sentences.push(...growths(samples, outcomes.length));
  return sentences;
}

/**
 * @param {{ calls: number, heap: number, rss: number }[]} samples
 * @param {number} calls
 */
function growths(samples, calls) {
  if (samples.length < 6) return ['memory was measured too seldom'];
  const limits = [['heap', HEAP_BYTES], ...(calls >= RSS_FROM_CALLS ? [['rss', RSS_BYTES]] : [])];
  return limits.flatMap(([member, limit]) => {
    const grown = growthOf(samples, /** @type {'heap' | 'rss'} */ (member));
    return grown > Number(limit) ? [`${member} grew by ${grown} bytes over the second half`] : [];
  });
}

/**
 * How much a measure grew over the second half of the samples, by the line that fits them best.
 * @param {{ calls: number, heap: number, rss: number }[]} samples
 * @param {'heap' | 'rss'} member
 */
export function growthOf(samples, member) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const xs = half.map(({ calls }) => calls);
  const ys = half.map((sample) => sample[member]);
  const mean = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0) / all.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const above = xs.reduce((all, x, i) => all + (x - x0) * (Number(ys[i]) - y0), 0);
  const below = xs.reduce((all, x) => all + (x - x0) ** 2, 0);
  return Math.round((above / below) * (Number(xs.at(-1)) - Number(xs[0])));
}
