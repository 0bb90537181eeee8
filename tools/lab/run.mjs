/**
 * Runs the tests that need real servers:
 *
 *     node tools/lab/run.mjs [-- jest's arguments]    install, start, test, stop
 *     node tools/lab/run.mjs up                       install, start, and wait for Ctrl-C
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startLab } from './lab.mjs';
import { tail } from './processes.mjs';
import { judge } from './verdict.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const CONFIG = ['--config', 'tools/lab/jest.config.ts'];
const TESTS_MS = 15 * 60_000;

const startedAt = performance.now();
/** @param {string} line */
const say = (line) => console.log(`lab: ${line}`);

const interrupt = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
}

/** @param {string[]} args */
async function main(args) {
  const [verb = 'test'] = args[0] === '--' ? [] : args;
  const dashes = args.indexOf('--');
  const jestArgs = dashes === -1 ? [] : args.slice(dashes + 1);
  const unknown = args.slice(0, dashes === -1 ? undefined : dashes).find((arg) => arg !== verb);
  if ((verb !== 'test' && verb !== 'up') || unknown !== undefined) {
    throw new Error(
      `unknown argument ${JSON.stringify(unknown ?? verb)}: use up, or -- and jest's arguments`,
    );
  }
  const lab = await startLab({ say, signal: interrupt.signal });
  say(`all servers answer after ${seconds()}`);
  /** @type {string[]} */
  let wrongs = ['the lab did not come to its end'];
  try {
    wrongs = verb === 'up' ? await waitForInterrupt(lab) : await test(lab, jestArgs);
  } finally {
    if (wrongs.length > 0) await showLogs(lab);
    await lab.stop({ keepLogs: wrongs.length > 0 });
    say(`all servers are stopped after ${seconds()}`);
    if (wrongs.length > 0) say(`the logs stay in ${lab.dir}`);
  }
  for (const wrong of wrongs) say(`FAILED: ${wrong}`);
  if (wrongs.length === 0 && verb === 'test') say(`passed in ${seconds()}`);
  return wrongs.length === 0 ? 0 : 1;
}

/** @param {import('./lab.mjs').Lab} lab @returns {Promise<string[]>} */
async function waitForInterrupt(lab) {
  console.log(JSON.stringify(lab.endpoints, undefined, 2));
  say('run a test file against these servers with');
  const variables = Object.entries(lab.environment).map(([name, value]) => `${name}=${value}`);
  say(`  ${variables.join(' ')} node ${JEST.join(' ')} ${CONFIG.join(' ')} <file>`);
  say('Ctrl-C stops them');
  while (!interrupt.signal.aborted) {
    const ended = lab.processes.ended();
    if (ended.length > 0) return ended.map((name) => `${name} ended by itself`);
    await sleep(500, undefined, { signal: interrupt.signal }).catch(() => undefined);
  }
  return [];
}

/** @param {import('./lab.mjs').Lab} lab @param {string[]} jestArgs @returns {Promise<string[]>} */
async function test(lab, jestArgs) {
  // Beside those of the other test runs, so that CI counts all of them.
  const reportFile = join(ROOT, '.cache/results/lab.json');
  await mkdir(join(ROOT, '.cache/results'), { recursive: true });
  await rm(reportFile, { force: true });
  // The way to a server is each test's own choice; this machine's proxy variables have no say in it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name)),
  );
  const exitCode = await new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...JEST, ...CONFIG, '--json', `--outputFile=${reportFile}`, ...jestArgs],
      {
        cwd: ROOT,
        env: { ...env, ...lab.environment },
        // The report also goes to stdout, where nobody wants it: jest's own words go to stderr.
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: TESTS_MS,
        signal: interrupt.signal,
      },
    );
    child.once('error', (error) => {
      if (!interrupt.signal.aborted) reject(error);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  if (interrupt.signal.aborted) return [interrupt.signal.reason.message];
  const report = await readFile(reportFile, 'utf8').then(JSON.parse, () => undefined);
  const narrowed = jestArgs.some((arg) => /^(-t|--testNamePattern)\b/.test(arg));
  return judge({ exitCode, report, ended: lab.processes.ended(), narrowed });
}

/** @param {import('./lab.mjs').Lab} lab */
async function showLogs(lab) {
  for (const { name, path } of lab.processes.logs) {
    const text = await tail(path, 10);
    if (text !== '') console.error(`\n--- the end of ${name}'s log\n${text}`);
  }
}

function seconds() {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
