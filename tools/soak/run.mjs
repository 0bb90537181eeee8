/**
 * Many calls through two proxies that die and come back:
 *
 *     node tools/soak/run.mjs [--calls 200000] [--engine axios|undici]
 *
 * It runs on what users get, the compiled packages: build first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createCertificateAuthority } from '@sdk/testing';
import { ask, ended, start } from './children.mjs';
import { startProxies } from './proxies.mjs';
import { growthOf, IN_DOUBT, judge, OK } from './verdict.mjs';

/** A client that has closed everything ends at once. */
const ENDS_WITHIN_MS = 5_000;
/** A proxy notices in its own time that a connection has closed. */
const SETTLE_MS = 500;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200000' },
    engine: { type: 'string', default: 'axios' },
  },
});
const calls = Number(values.calls);
const { engine } = values;
if (!Number.isSafeInteger(calls) || calls < 1000 || !['axios', 'undici'].includes(engine)) {
  console.error('--calls takes a whole number from 1000 on, --engine axios or undici');
  process.exit(2);
}

const startedAt = performance.now();
const authority = await createCertificateAuthority();
const { cert, key } = await authority.issue({ hosts: ['127.0.0.1'] });
const origin = start('origin.mjs');
const { https, http } = await ask(origin, { cert, key, calls });
const proxies = await startProxies();
const client = start('client.mjs', [], ['--expose-gc']);
const task = { calls, engine, ca: authority.cert, https, http, proxies: proxies.ports };
const { outcomes: text, samples, mixedUp, repeated } = await ask(client, task);
const endsInTime = await Promise.race([
  ended(client).then(() => true),
  sleep(ENDS_WITHIN_MS, false, { ref: false }),
]);
if (!endsInTime) client.kill('SIGKILL');
await sleep(SETTLE_MS);
const { deaths, carried, left } = await proxies.stop();
const { processed: counts } = await ask(origin, { report: true });
await proxies.end();
origin.disconnect();

const bytesOf = (/** @type {string} */ base64) => new Uint8Array(Buffer.from(base64, 'base64'));
const [outcomes, processed] = [bytesOf(text), bytesOf(counts)];
const wrongs = judge({ outcomes, processed, mixedUp, deaths, carried, left, samples });
if (!endsInTime) wrongs.push('the client did not end by itself');

const mebibytes = (/** @type {number} */ bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const having = (/** @type {number} */ outcome) => outcomes.filter((one) => one === outcome).length;
const last = samples.at(-1) ?? { heap: 0, rss: 0 };
const lines = [
  ['calls', `${calls} on ${engine}, Node ${process.version}`],
  ['took', `${((performance.now() - startedAt) / 1000).toFixed(0)} s`],
  ['succeeded', `${having(OK)}, ${repeated} of them after a repetition`],
  ['in doubt', `${having(IN_DOUBT)} POSTs whose connection broke while they were answered`],
  ['proxies died', `${deaths} times, carried ${carried.join(' and ')} tunnels and requests`],
  [
    'heap',
    `${mebibytes(last.heap)}, grown by ${mebibytes(growthOf(samples, 'heap'))} over the second half`,
  ],
  [
    'rss',
    `${mebibytes(last.rss)}, grown by ${mebibytes(growthOf(samples, 'rss'))} over the second half`,
  ],
  ['sockets left', String(left)],
];
for (const [what = '', value] of lines) console.log(`${what.padEnd(14)}${value}`);
for (const wrong of wrongs) console.error(`WRONG: ${wrong}`);
console.log(wrongs.length === 0 ? 'nothing lost, nothing doubled' : 'FAILED');
process.exitCode = wrongs.length === 0 ? 0 : 1;
