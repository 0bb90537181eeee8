/** One window of measurement: so many requests, so many at a time. */

/**
 * @typedef {object} Figures
 * @property {number} cpuMicros CPU of this process for each request, user and system, in microseconds
 * @property {number} perSecond requests a second
 * @property {number} p50Ms
 * @property {number} p99Ms
 */

/**
 * @param {import('./peer.js').Peer} peer
 * @param {{ requests: number, concurrency: number }} size
 * @returns {Promise<Figures>}
 */
export async function measure(peer, { requests, concurrency }) {
  const latencies = new Float64Array(requests);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < requests; i = next++) {
      const startedAt = performance.now();
      const answer = await peer.call();
      latencies[i] = performance.now() - startedAt;
      if (/** @type {{ id?: unknown }} */ (answer).id === undefined)
        throw new Error('not the answer');
    }
  };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort();
  return {
    cpuMicros: (user + system) / requests,
    perSecond: (requests / elapsedMs) * 1_000,
    p50Ms: latencies[Math.floor(requests * 0.5)] ?? NaN,
    p99Ms: latencies[Math.floor(requests * 0.99)] ?? NaN,
  };
}
