/** One scenario: the same calls by every client, in turn, round after round. */
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './processes.mjs';

/**
 * @typedef {import('./window.mjs').Figures} Figures
 * @typedef {object} Result
 * @property {string} name
 * @property {Figures[]} rounds
 * @property {number} heapKb allocated for each request
 * @property {number} rssMb of the process at the end
 * @property {number} opened tunnels in all (by absolute-form: connections), counted at the proxy
 * @property {number} handshakes TLS handshakes that went through the proxy
 * @property {number} left sockets at the proxy after close()
 *
 * @typedef {object} Bounds
 * @property {number} rounds
 * @property {number} ms how long a window is
 * @property {number} warmUpMs
 */

/** How long after close() sockets are counted at the proxy: FIN and its answer are on their way. */
const SETTLE_MS = 300;
const WEIGHED_REQUESTS = 1_000;

/**
 * @param {object} options
 * @param {import('./scenarios.mjs').Scenario} options.scenario
 * @param {readonly string[]} options.peers
 * @param {Bounds} options.bounds
 * @param {ReturnType<typeof start>} options.proxy
 * @param {{ https: number, http: number }} options.origin
 * @param {Record<string, string>} options.env
 * @param {string} [options.profiles] a folder for CPU profiles
 * @param {(text: string) => void} options.say
 * @returns {Promise<Result[]>}
 */
export async function runScenario({ scenario, peers, bounds, proxy, origin, env, profiles, say }) {
  const { way, method, path, body, concurrency, name: title } = scenario;
  const execArgv = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const place =
    way === 'forward' ? `http://localhost:${origin.http}` : `https://localhost:${origin.https}`;
  const headers = {
    'X-API-Key': 'a-key-that-nobody-checks',
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const task = { way, origin: place, method, path, headers, body, concurrency };
  const clients = [];
  try {
    for (const peer of peers) {
      const name = `${peer}, ${title}`;
      const { port } = await proxy.ask({ listen: name });
      const args = [peer, JSON.stringify({ ...task, proxy: `http://127.0.0.1:${port}` })];
      const client = start('client.mjs', { args, env, execArgv });
      clients.push({ peer, name, client, rounds: /** @type {Figures[]} */ ([]) });
      await client.answer();
      await client.ask({ ms: bounds.warmUpMs });
    }
    for (let round = 0; round < bounds.rounds; round += 1) {
      say(`${title}, round ${round + 1} of ${bounds.rounds}`);
      // The order turns, so that nobody always comes behind the same neighbour.
      for (let i = 0; i < clients.length; i += 1) {
        const each = clients[(i + round) % clients.length];
        each?.rounds.push(await each.client.ask({ ms: bounds.ms }));
      }
    }
    /** @type {Result[]} */
    const results = [];
    for (const { peer, name, client, rounds } of clients) {
      const weight = await client.ask({ requests: WEIGHED_REQUESTS });
      await client.ask({});
      await sleep(SETTLE_MS);
      results.push({ name: peer, rounds, ...weight, ...(await proxy.ask({ count: name })) });
    }
    return results;
  } finally {
    await Promise.all(clients.map(({ client }) => client.end()));
  }
}
