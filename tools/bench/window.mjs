/** One window of measurement: so long, so many at a time. */
import { GCProfiler } from 'node:v8';

/**
 * @typedef {object} Figures
 * @property {number} cpuMicros CPU of this process for each request, user and system, in microseconds
 * @property {number} perSecond requests a second
 * @property {number} p50Ms
 * @property {number} p99Ms
 */

/**
 * @param {import('./peer.js').Peer} peer
 * @param {{ ms: number, concurrency: number }} size
 * @returns {Promise<Figures>}
 */
export async function measure(peer, { ms, concurrency }) {
  /** @type {number[]} */
  const latencies = [];
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await calls(peer, concurrency, latencies, () => performance.now() - startedAt < ms);
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const requests = latencies.length;
  latencies.sort((a, b) => a - b);
  return {
    cpuMicros: (user + system) / requests,
    perSecond: (requests / elapsedMs) * 1_000,
    p50Ms: latencies[Math.floor(requests * 0.5)] ?? NaN,
    p99Ms: latencies[Math.floor(requests * 0.99)] ?? NaN,
  };
}

/**
 * What a request takes of the heap, and how large the process has become.
 * @param {import('./peer.js').Peer} peer
 * @param {{ requests: number, concurrency: number }} size
 * @returns {Promise<{ heapKb: number, rssMb: number }>}
 */
export async function weigh(peer, { requests, concurrency }) {
  const profiler = new GCProfiler();
  let left = requests;
  const before = process.memoryUsage().heapUsed;
  profiler.start();
  await calls(peer, concurrency, [], () => left-- > 0);
  const after = process.memoryUsage().heapUsed;
  const collections = profiler.stop()?.statistics ?? [];
  // What a collection freed had been allocated, too.
  const freed = collections.reduce(
    (sum, { beforeGC, afterGC }) =>
      sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    0,
  );
  return {
    heapKb: (after - before + freed) / requests / 1024,
    rssMb: process.memoryUsage().rss / 1024 / 1024,
  };
}

/**
 * @param {import('./peer.js').Peer} peer
 * @param {number} concurrency
 * @param {number[]} latencies
 * @param {() => boolean} goesOn
 */
async function calls(peer, concurrency, latencies, goesOn) {
  const worker = async () => {
    while (goesOn()) {
      const startedAt = performance.now();
      const answer = await peer.call();
      latencies.push(performance.now() - startedAt);
      if (/** @type {{ id?: unknown }} */ (answer).id === undefined)
        throw new Error('not the answer');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
