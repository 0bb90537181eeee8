// Each rule of docs/rules.md is the title of a test, or a part of it: whoever reads a rule finds what holds it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, say } from '../setup/say.mjs';
import { testTitles, titlesIn } from './test-titles.mjs';

/** `**the rule.**`, over as many lines as it needs. A star of the rule's own is written with a backslash. */
const RULE = /(?<!\\)\*\*((?:\\\*|[^*])+?)\.?\*\*/g;
const plain = (text) => text.replace(/[`\\]/g, '').replace(/\s+/g, ' ').trim();

const rules = [...readFileSync(path.join(root, 'docs/rules.md'), 'utf8').matchAll(RULE)].map(
  ([, name]) => plain(name),
);
const titles = testTitles().map(({ title }) => plain(title));
const found = (rule, among) => among.some((title) => title.includes(rule));

const faults = [
  ...rules.filter((rule) => !found(rule, titles)).map((rule) => `no test is named: ${rule}`),
  ...rules.filter((rule, i) => rules.indexOf(rule) !== i).map((rule) => `stands twice: ${rule}`),
];

// A proof that the search finds what is there, and nothing else.
const sample = titlesIn(
  'sample.ts',
  "describe('a', () => { test('b', () => {}); test.skip('c', () => {}); }); // test('d', () => {})",
);
if (sample.join() !== 'a b') faults.push(`the titles of the sample were read as ${sample.join()}`);
if (rules.length < 50) faults.push(`only ${rules.length} rules were read in docs/rules.md`);

for (const fault of faults) say('rules', fault);
say('rules', `${rules.length} rules, ${titles.length} titles of tests, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
