/**
 * What requests cost, side by side with other clients:
 *
 *     node tools/bench/run.mjs                   everything; tables on the screen and in README.md, a plot in plot.svg
 *     node tools/bench/run.mjs --quick           the first two scenarios in fewer rounds, on the screen only
 *     node tools/bench/run.mjs --only a,b        these clients and the yardstick, on the screen only
 *     node tools/bench/run.mjs --scenario TEXT   the scenarios whose name has it ("streams", "cold start" and "route
 *                                                decision" are names, too), on the screen only; with --write in
 *                                                README.md and plot.svg
 *     node tools/bench/run.mjs --profile DIR     CPU profiles of the clients in DIR, on the screen only
 *
 * It measures what users get, the compiled packages: build first.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createCertificateAuthority } from '@sdk/testing';
import { runColdStarts } from './cold-start.mjs';
import { runDecisions } from './decision.mjs';
import { goalsOf, goalsTable } from './goals.mjs';
import { plotOf } from './plot.mjs';
import { start } from './processes.mjs';
import { runScenario } from './scenario.mjs';
import { BODIES, scenarios, TITLES, YARDSTICK } from './scenarios.mjs';
import { runStreams } from './streams.mjs';
import { tableOf } from './table.mjs';

const FULL = { rounds: 9, ms: 300, warmUpMs: 1_000 };
const QUICK = { rounds: 3, ms: 300, warmUpMs: 1_000 };
const ROUNDS = 9;
const STREAM_MEBIBYTES = 256;
const OURS = ['axios-transport', 'axios-transport-interceptors', 'undici-transport', 'driver'];
const README = new URL('README.md', import.meta.url);
const PLOT = new URL('plot.svg', import.meta.url);
const PACKAGES = [
  'https-proxy-agent',
  'axios',
  'undici',
  'got',
  'gaxios',
  '@smithy/node-http-handler',
  '@azure/core-rest-pipeline',
];
/** What is measured in another way than a scenario. */
const PARTS = {
  streams: (/** @type {any} */ common) =>
    runStreams({ ...common, rounds: ROUNDS, mebibytes: STREAM_MEBIBYTES }),
  'cold start': (/** @type {any} */ common) =>
    runColdStarts({ ...common, rounds: ROUNDS, scenario: scenarios()[0] }),
  'route decision': () => runDecisions(ROUNDS),
};
const MARKERS = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    profile: { type: 'string' },
    write: { type: 'boolean' },
  },
});
/** The yardstick always takes part: without it there is no ratio. */
const only = flags.only?.split(',').filter((name) => name !== YARDSTICK) ?? [];
const whole = Object.keys(flags).length === 0;
const writes = whole || flags.write === true;
const chosen = scenarios().filter(
  ({ name }, i) => name.includes(flags.scenario ?? '') && (!flags.quick || flags.scenario || i < 2),
);
const startedAt = performance.now();

const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const originProcess = start('servers/origin.mjs');
const proxy = start('servers/proxy.mjs');
try {
  const authority = await createCertificateAuthority();
  const roots = path.join(folder, 'root.pem');
  await writeFile(roots, authority.cert);
  /** @type {{ https: number, http: number }} */
  const origin = await originProcess.ask({
    ...(await authority.issue({ hosts: ['localhost'] })),
    bodies: BODIES,
  });
  // Every client trusts the origin by Node's own means, so that none pays for a list of roots of its own.
  const env = { NODE_EXTRA_CA_CERTS: roots };
  const common = { proxy, origin, env, say };
  const sections = [await machine()];
  /** @type {import('./goals.mjs').Goal[]} */
  const goals = [];
  for (const scenario of chosen) {
    const results = await runScenario({
      ...common,
      scenario,
      peers: flags.only === undefined ? scenario.peers : [YARDSTICK, ...only],
      bounds: flags.quick ? QUICK : FULL,
      ...(flags.profile === undefined ? {} : { profiles: path.resolve(flags.profile) }),
    });
    sections.push(`### ${scenario.name}`, tableOf(results, TITLES, YARDSTICK));
    goals.push(...goalsOf(scenario, results, YARDSTICK));
    if (writes && scenario === chosen[0]) {
      const title = `CPU for each request, undici = 1, less is better: ${scenario.name}`;
      await writeFile(
        PLOT,
        plotOf({ title, results, titles: TITLES, yardstick: YARDSTICK, ours: OURS }),
      );
    }
  }
  for (const [name, run] of Object.entries(PARTS)) {
    if (!whole && (flags.scenario === undefined || !name.includes(flags.scenario))) continue;
    const part = await run(common);
    sections.push(...part.sections);
    goals.push(...part.goals);
  }
  sections.splice(1, 0, '### Goals', goalsTable(goals));
  const figures = sections.join('\n\n');
  console.log(`\n${figures}\n`);
  if (writes) await writeFigures(figures);
} finally {
  await Promise.all([originProcess.end(), proxy.end()]);
  await rm(folder, { recursive: true, force: true });
  say(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s in all`);
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`bench: ${text}\n`);
}

/** @param {string} figures */
async function writeFigures(figures) {
  const text = await readFile(README, 'utf8');
  if (!MARKERS.test(text))
    throw new Error('README.md has lost the marks between which the figures stand');
  await writeFile(
    README,
    text.replace(MARKERS, (_, before, after) => `${before}\n${figures}\n\n${after}`),
  );
}

/** @returns {Promise<string>} */
async function machine() {
  const [cpu] = cpus();
  const versions = [];
  for (const name of PACKAGES) {
    const manifest = await readFile(
      new URL(`node_modules/${name}/package.json`, import.meta.url),
      'utf8',
    );
    versions.push(`${name} ${JSON.parse(manifest).version}`);
  }
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${process.platform} ${process.arch}, Node ${process.versions.node},`,
    `${versions.join(', ')}; medians of the rounds, the least and the most in parentheses.`,
  ].join(' ');
}
