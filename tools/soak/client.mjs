/**
 * The client, in a process of its own so that its memory is nobody else's. A message with what to do starts it; when its
 * transport has closed, it answers with what became of the calls and stays, so that others can count what it has left open.
 * At { end } it lets its channel go, and should end by itself.
 */
import { AxiosTransport, BaseConnection, isSdkError } from '@sdk/common';
import { FAILED, IN_DOUBT, methodOf, OK } from './verdict.mjs';

const AT_ONCE = 32;
const SAMPLES = 20;
/** An outage of both proxies at once is waited out, too. */
const RETRY = { attempts: 40, baseDelayMs: 20, maxDelayMs: 200, budget: Infinity };
/** Longer than any timer of a call: what ends nothing for so long hangs. */
const HANGS_AFTER_MS = 120_000;

/** @typedef {{ calls: number, engine: string, ca: string, https: number, http: number, proxies: number[] }} Task */

/** @param {string} engine */
async function transportOf(engine) {
  if (engine === 'axios') return new AxiosTransport();
  const { UndiciTransport } = await import('@sdk/common/undici');
  return new UndiciTransport();
}

/** @param {Task} task */
async function soak({ calls, engine, ca, https, http, proxies }) {
  const transport = await transportOf(engine);
  const common = {
    transport,
    env: {},
    retry: RETRY,
    tls: { ca },
    httpProxy: proxies.map((port) => `http://127.0.0.1:${port}`),
  };
  const connections = [
    new BaseConnection({ ...common, endpoint: `https://127.0.0.1:${https}` }),
    new BaseConnection({ ...common, endpoint: `http://127.0.0.1:${http}` }),
  ];
  const outcomes = new Uint8Array(calls);
  /** @type {import('./verdict.mjs').Sample[]} */
  const samples = [];
  let [next, mixedUp, repeated, longestMs] = [0, 0, 0, 0];
  const hangs = setTimeout(() => {
    console.error(`no call has ended for ${HANGS_AFTER_MS / 1000} s`);
    process.exit(1);
  }, HANGS_AFTER_MS);

  /** @param {number} id */
  async function call(id) {
    const method = methodOf(id);
    const connection = /** @type {BaseConnection} */ (connections[id % 2]);
    const body = method === 'GET' ? {} : { json: { id, text: 'x'.repeat(200) } };
    const startedAt = performance.now();
    try {
      const answer = await connection.request({ method, path: `/${id}`, ...body });
      if (/** @type {{ id: number }} */ (answer.body).id !== id) mixedUp += 1;
      if (answer.attempts > 1) repeated += 1;
      outcomes[id] = OK;
    } catch (error) {
      const sent = isSdkError(error) ? /** @type {any} */ (error).requestSent : undefined;
      outcomes[id] = sent === 'maybe' || sent === 'yes' ? IN_DOUBT : FAILED;
      if (outcomes[id] === FAILED) console.error(error);
    }
    longestMs = Math.max(longestMs, performance.now() - startedAt);
    hangs.refresh();
  }

  function sample() {
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, rss, external, arrayBuffers } = process.memoryUsage();
    samples.push({ calls: next, heap: heapUsed, rss, external, arrayBuffers });
  }

  async function worker() {
    while (next < calls) {
      const id = next++;
      if (next % Math.ceil(calls / SAMPLES) === 0) sample();
      await call(id);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await transport.close();
  clearTimeout(hangs);
  return {
    outcomes: Buffer.from(outcomes).toString('base64'),
    samples,
    mixedUp,
    repeated,
    longestMs,
  };
}

let told = false;
process.on('message', async (/** @type {Task | { end: true }} */ message) => {
  if ('end' in message) {
    told = true;
    // What is left now, and not the channel, is what would keep the process alive.
    process.disconnect();
  } else process.send?.({ closed: true, ...(await soak(message)) });
});
// Nobody is left who would tell it.
process.once('disconnect', () => told || process.exit(1));
