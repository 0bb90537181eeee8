/** One scenario: the same calls by every client, in turn, round after round. */
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './processes.mjs';

/**
 * @typedef {import('./window.mjs').Figures} Figures
 * @typedef {object} Result
 * @property {string} name
 * @property {Figures[]} rounds
 * @property {number} tunnels opened in all, counted at the proxy
 * @property {number} left sockets at the proxy after close()
 */

/** How long after close() sockets are counted at the proxy: FIN and its answer are on their way. */
const SETTLE_MS = 300;

/**
 * @param {object} options
 * @param {readonly string[]} options.peers
 * @param {{ concurrency: number, requests: number, warmUp: number, rounds: number }} options.size
 * @param {ReturnType<typeof start>} options.proxy
 * @param {object} options.task what every client has to reach
 * @param {Record<string, string>} options.env
 * @param {string} [options.profiles] a folder for CPU profiles
 * @param {(text: string) => void} options.say
 * @returns {Promise<Result[]>}
 */
export async function runScenario({ peers, size, proxy, task, env, profiles, say }) {
  const { concurrency, requests, warmUp, rounds } = size;
  const execArgv =
    profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}/${concurrency}`];
  const clients = [];
  try {
    for (const peer of peers) {
      const name = `${peer} ${concurrency}`;
      const { port } = await proxy.ask({ listen: name });
      const args = [
        peer,
        JSON.stringify({ ...task, proxy: `http://127.0.0.1:${port}`, concurrency }),
      ];
      const client = start('client.mjs', { args, env, execArgv });
      clients.push({ peer, name, client, rounds: /** @type {Figures[]} */ ([]) });
      await client.answer();
      await client.ask({ requests: warmUp });
    }
    for (let round = 0; round < rounds; round += 1) {
      say(`${concurrency} at a time, round ${round + 1} of ${rounds}`);
      // The order turns, so that nobody always comes behind the same neighbour.
      for (let i = 0; i < clients.length; i += 1) {
        const each = clients[(i + round) % clients.length];
        each?.rounds.push(await each.client.ask({ requests }));
      }
    }
    const results = [];
    for (const { peer, name, client, rounds: figures } of clients) {
      await client.ask({});
      await sleep(SETTLE_MS);
      const { opened, left } = await proxy.ask({ count: name });
      results.push({ name: peer, rounds: figures, tunnels: opened, left });
    }
    return results;
  } finally {
    await Promise.all(clients.map(({ client }) => client.end()));
  }
}
