/** Large bodies, down and up, through a tunnel: throughput, CPU and memory, each client in a fresh process each round. */
import { start } from './processes.mjs';
import { median, ratios, spread } from './statistics.mjs';
import { aligned } from './table.mjs';

/** @typedef {{ mibPerSecond: number, cpuSeconds: number, rssMib: number }} Flow */

const PEERS = {
  'axios-transport': '`AxiosTransport`',
  'undici-transport': '`UndiciTransport`',
  'node-https': 'node `https`, `HttpsProxyAgent`',
  undici: '`undici` `request`, `ProxyAgent`',
};
const YARDSTICK = 'node-https';

/**
 * @param {object} options
 * @param {number} options.rounds
 * @param {number} options.mebibytes
 * @param {ReturnType<typeof start>} options.proxy
 * @param {{ https: number }} options.origin
 * @param {Record<string, string>} options.env
 * @param {(text: string) => void} options.say
 */
export async function runStreams({ rounds, mebibytes, proxy, origin, env, say }) {
  const { port } = await proxy.ask({ listen: 'streams' });
  const names = /** @type {(keyof typeof PEERS)[]} */ (Object.keys(PEERS));
  /** @type {Record<'down' | 'up', Record<string, Flow[]>>} */
  const flows = { down: {}, up: {} };
  for (let round = 0; round < rounds; round += 1) {
    say(`streams of ${mebibytes} MiB, round ${round + 1} of ${rounds}`);
    for (let i = 0; i < names.length; i += 1) {
      const name = names[(i + round) % names.length] ?? YARDSTICK;
      for (const direction of /** @type {const} */ (['down', 'up'])) {
        const task = {
          proxy: `http://127.0.0.1:${port}`,
          origin: `https://localhost:${origin.https}`,
          bytes: mebibytes * 1024 * 1024,
        };
        const client = start('stream.mjs', { args: [name, direction, JSON.stringify(task)], env });
        (flows[direction][name] ??= []).push(await client.answer());
        await client.end();
      }
    }
  }
  const directions = /** @type {const} */ (['down', 'up']);
  return {
    sections: directions.flatMap((direction) => [
      `### ${mebibytes} MiB ${direction}`,
      table(flows[direction]),
    ]),
    goals: directions.flatMap((direction) =>
      goalsOf(`AxiosTransport, ${mebibytes} MiB ${direction}`, flows[direction]),
    ),
  };
}

/**
 * @param {string} what
 * @param {Record<string, Flow[]>} flows
 * @returns {import('./goals.mjs').Goal[]}
 */
function goalsOf(what, flows) {
  const ours = flows['axios-transport'] ?? [];
  const yard = flows[YARDSTICK] ?? [];
  return [
    {
      what: `${what}: throughput to node https`,
      measured: median(ratios(all(ours, 'mibPerSecond'), all(yard, 'mibPerSecond'))),
      bound: 0.97,
      side: 'at least',
    },
    {
      what: `${what}: MiB of RSS above node https`,
      measured: median(all(ours, 'rssMib')) - median(all(yard, 'rssMib')),
      bound: 15,
    },
  ];
}

/** @param {Record<string, Flow[]>} flows */
function table(flows) {
  const yard = flows[YARDSTICK] ?? [];
  const rows = Object.entries(PEERS).map(([name, title]) => {
    const rounds = flows[name] ?? [];
    return [
      title,
      spread(ratios(all(rounds, 'mibPerSecond'), all(yard, 'mibPerSecond')), 2),
      spread(all(rounds, 'mibPerSecond'), 0),
      spread(all(rounds, 'cpuSeconds'), 2),
      spread(all(rounds, 'rssMib'), 0),
    ];
  });
  return aligned([['client', 'throughput, ratio', 'MiB/s', 'CPU, s', 'RSS, MiB'], ...rows]);
}

/**
 * @param {readonly Flow[]} rounds
 * @param {keyof Flow} key
 */
function all(rounds, key) {
  return rounds.map((flow) => flow[key]);
}
