/**
 * Many calls through two proxies that die and come back, by each engine:
 *
 *     node tools/soak/run.mjs [--calls 200000] [--engine axios|undici] [--write]
 *
 * It runs on what users get, the compiled packages: build first. --write puts the figures of both engines in README.md.
 */
import { parseArgs } from 'node:util';
import { aligned, figuresOf, ROWS, write } from './figures.mjs';
import { soak } from './soak.mjs';

const ENGINES = ['axios', 'undici'];

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200000' },
    engine: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const engines = values.engine === undefined ? ENGINES : [values.engine];
if (!Number.isSafeInteger(calls) || calls < 1000 || !engines.every((e) => ENGINES.includes(e))) {
  console.error('--calls takes a whole number from 1000 on, --engine axios or undici');
  process.exit(2);
}
if (values.write && engines.length < ENGINES.length) {
  console.error('--write takes a run of both engines: leave --engine out');
  process.exit(2);
}

const all = [];
for (const engine of engines) {
  const run = await soak({ calls, engine });
  const figures = figuresOf(run);
  all.push(figures);
  for (const [i, figure] of figures.entries()) console.log(`${ROWS[i]?.padEnd(20)}${figure}`);
  for (const wrong of run.wrongs) console.error(`WRONG: ${wrong}`);
  console.log(
    run.wrongs.length === 0 ? 'nothing lost, nothing doubled, nothing left\n' : 'FAILED\n',
  );
  if (run.wrongs.length > 0) process.exitCode = 1;
}
if (values.write && process.exitCode === 1) console.error('a run that failed is not written down');
else if (values.write) await write(aligned([ROWS, ...all]));
