/** From the start of a process to its first answer through a proxy: CPU of the whole process. */
import { start } from './processes.mjs';
import { median, ratios, spread } from './statistics.mjs';
import { aligned } from './table.mjs';

const PEERS = {
  driver: '`PowerDns.getZone()`',
  'axios-transport': '`AxiosTransport`',
  axios: '`axios`, `HttpsProxyAgent`',
  undici: '`undici` `request`, `ProxyAgent`',
  'node-https': 'node `https`, `HttpsProxyAgent`',
};
const YARDSTICK = 'axios';

/**
 * @param {object} options
 * @param {number} options.rounds
 * @param {import('./scenarios.mjs').Scenario} options.scenario
 * @param {ReturnType<typeof start>} options.proxy
 * @param {{ https: number }} options.origin
 * @param {Record<string, string>} options.env
 * @param {(text: string) => void} options.say
 */
export async function runColdStarts({ rounds, scenario, proxy, origin, env, say }) {
  const { port } = await proxy.ask({ listen: 'cold starts' });
  const task = {
    ...scenario,
    concurrency: 1,
    proxy: `http://127.0.0.1:${port}`,
    origin: `https://localhost:${origin.https}`,
    headers: { 'X-API-Key': 'a-key-that-nobody-checks', Accept: 'application/json' },
  };
  const names = Object.keys(PEERS);
  /** @type {Record<string, { cpuMs: number[], wallMs: number[] }>} */
  const figures = {};
  for (let round = 0; round < rounds; round += 1) {
    say(`cold starts, round ${round + 1} of ${rounds}`);
    for (let i = 0; i < names.length; i += 1) {
      const name = names[(i + round) % names.length] ?? YARDSTICK;
      const startedAt = performance.now();
      const client = start('first-call.mjs', { args: [name, JSON.stringify(task)], env });
      const { cpuMs } = await client.answer();
      const each = (figures[name] ??= { cpuMs: [], wallMs: [] });
      each.cpuMs.push(cpuMs);
      each.wallMs.push(performance.now() - startedAt);
      await client.end();
    }
  }
  const yard = figures[YARDSTICK]?.cpuMs ?? [];
  const rows = Object.entries(PEERS).map(([name, title]) => {
    const { cpuMs = [], wallMs = [] } = figures[name] ?? {};
    return [title, spread(ratios(cpuMs, yard), 2), spread(cpuMs, 0), spread(wallMs, 0)];
  });
  const measured = median(ratios(figures['driver']?.cpuMs ?? [], yard));
  return {
    sections: [
      '### Cold start',
      aligned([['client', 'CPU, ratio', 'CPU, ms', 'elapsed, ms'], ...rows]),
    ],
    goals: [{ what: 'cold start of a driver to axios', measured, bound: 1 }],
  };
}
