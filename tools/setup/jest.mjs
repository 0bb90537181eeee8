// Runs the tests from the sources (no build), keeps their counts, and says what it left out.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { duration, root, run, say } from './say.mjs';

const results = path.join(root, '.cache/results');

/** How long a finished run may take to exit, and a run may last at all, before it is ended as a failure. */
const exitMs = 30_000;
const runMs = 20 * 60_000;

/**
 * Runs jest over the workspace.
 * @param {string[]} args handed to jest as they are, for example a path or `-t <name>`
 * @param {{ label?: string, node?: string, env?: Record<string, string> }} [options] `label` names the run's result file in
 *   `.cache/results`; `node` is another Node to run on
 * @returns {Promise<number>} jest's exit code; 1 for a run that had to be ended
 */
export async function jest(args = [], options = {}) {
  const { label = `tests on Node ${process.version}`, node = process.execPath, env = {} } = options;
  mkdirSync(results, { recursive: true });
  const file = path.join(results, `${label}.json`);
  rmSync(file, { force: true });
  const watching = args.some((arg) => arg.startsWith('--watch'));
  const watchdog = new AbortController();
  const started = performance.now();
  let finished;
  const timer = setInterval(() => {
    if (existsSync(file)) finished ??= performance.now();
    const now = performance.now();
    if (watching || !(now - started > runMs || now - finished > exitMs)) return;
    const why =
      finished === undefined
        ? `the tests did not end within ${duration(runMs)}`
        : 'the tests have ended, but something that they started is still open ' +
          '(find the file by running them one by one, the line by --detectOpenHandles)';
    say('test', `${why}: ending the run as a failure`);
    watchdog.abort();
  }, 1000);
  const code = await run(
    node,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning', // "VM Modules is an experimental feature", once per worker
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${file}`,
      ...args,
    ],
    { env, signal: watchdog.signal },
  );
  clearInterval(timer);
  return watchdog.signal.aborted ? 1 : code;
}

/** The counts of every run since `.cache/results` was last emptied: `{ label, passed, failed, skipped }` each. */
export function counts() {
  if (!existsSync(results)) return [];
  return readdirSync(results).map((name) => {
    const result = JSON.parse(readFileSync(path.join(results, name), 'utf8'));
    return {
      label: name.replace(/\.json$/, ''),
      passed: result.numPassedTests,
      // A suite that could not even be loaded has no tests to count, and is a failure all the same.
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  });
}

/** Prints which test files need the lab, and how to run them. */
export function sayWhatIsLeftToTheLab() {
  const files = ['packages', 'tools'].flatMap((folder) =>
    readdirSync(path.join(root, folder)).flatMap((member) => labFiles(`${folder}/${member}/test`)),
  );
  if (files.length === 0) return;
  say(
    'test',
    `left to the lab (real servers; "npm run lab", as root on Debian): ${files.length} files`,
  );
  for (const file of files) say('test', `  ${file}`);
}

function labFiles(folder) {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true })
    .filter((file) => file.endsWith('.lab.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}
