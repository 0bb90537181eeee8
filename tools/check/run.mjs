// Runs every gate and reports each with its time. `--only a,b` and `--skip a,b` choose; all that fail are listed at the end.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { duration, say } from '../setup/say.mjs';
import { gates } from './gates.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string' }, skip: { type: 'string' }, list: { type: 'boolean' } },
});
const names = (list) =>
  list === undefined ? undefined : list.split(',').map((name) => name.trim());
const only = names(values.only);
const skip = names(values.skip) ?? [];
for (const name of [...(only ?? []), ...skip])
  if (!gates.some((gate) => gate.name === name)) {
    say('check', `no gate is named ${name}; the gates are ${gates.map((g) => g.name).join(', ')}`);
    process.exit(1);
  }

// A gate brings along the gates whose outcome it reads.
const wanted = gates.filter(({ name }) => (only?.includes(name) ?? true) && !skip.includes(name));
const needed = new Set(wanted.flatMap(({ name, needs = [] }) => [name, ...needs]));
const chosen = gates.filter(({ name }) => needed.has(name));
if (values.list) {
  for (const { name, what } of gates) say('check', `${name.padEnd(9)} ${what}`);
  process.exit(0);
}

const failed = [];
const began = performance.now();

async function runGate({ name, what, needs = [], run }) {
  const broken = needs.filter((need) => failed.includes(need));
  if (broken.length > 0) {
    failed.push(name);
    return say('check', `${name}: not run, since ${broken.join(' and ')} failed`);
  }
  say('check', `${name}: ${what}`);
  const started = performance.now();
  const { code, output } = await run();
  const time = duration(performance.now() - started);
  if (code === 0) return say('check', `${name}: ok, ${time}`);
  failed.push(name);
  if (output) process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
  say('check', `${name}: FAILED after ${time}`);
}

// Gates that share a stage do not wait for each other; a stage waits for the one before.
for (const stage of [...new Set(chosen.map((gate) => gate.stage))].sort((a, b) => a - b)) {
  const waiting = chosen.filter((gate) => gate.stage === stage);
  const lanes = Array.from({ length: Math.min(os.availableParallelism(), 4) }, async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift())
      await runGate(gate);
  });
  await Promise.all(lanes);
}

const total = duration(performance.now() - began);
if (failed.length > 0) {
  say(
    'check',
    `${failed.length} of ${chosen.length} gates failed in ${total}: ${failed.join(', ')}`,
  );
  process.exitCode = 1;
} else say('check', `all ${chosen.length} gates passed in ${total}`);
