/**
 * The client, in a process of its own so that its memory is nobody else's. A message with what to do starts it; it answers with
 * what became of each call and the samples of its memory, closes everything, and ends by itself.
 */
import { AxiosTransport, BaseConnection, isSdkError } from '@sdk/common';
import { FAILED, IN_DOUBT, methodOf, OK } from './verdict.mjs';

const AT_ONCE = 32;
const SAMPLES = 20;
/** An outage of both proxies at once is waited out, too. */
const RETRY = { attempts: 40, baseDelayMs: 20, maxDelayMs: 200, budget: Infinity };

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
  /** @type {{ calls: number, heap: number, rss: number }[]} */
  const samples = [];
  let [next, mixedUp, repeated] = [0, 0, 0];

  /** @param {number} id */
  async function call(id) {
    const method = methodOf(id);
    const connection = /** @type {BaseConnection} */ (connections[id % 2]);
    const body = method === 'GET' ? {} : { json: { id, text: 'x'.repeat(200) } };
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
  }

  function sample() {
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ calls: next, heap: heapUsed, rss });
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
  return { outcomes: Buffer.from(outcomes).toString('base64'), samples, mixedUp, repeated };
}

process.once('message', async (/** @type {Task} */ task) => {
  const result = await soak(task);
  // What is left now, and not the channel, is what would keep the process alive.
  process.send?.(result, () => process.disconnect());
});
