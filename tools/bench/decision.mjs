/** What a decision costs: a list of 100 NO_PROXY entries, 10,000 hosts. */
import { originOf, resolveProxy } from '@sdk/common';
// What a request asks: its connection has read the options and knows its origin. Only `resolveProxy` is public.
import { decide } from '../../packages/common/dist/proxy/cascade.js';
import { compileLevels } from '../../packages/common/dist/proxy/resolve.js';
import { median, spread } from './statistics.mjs';
import { aligned } from './table.mjs';

const ENTRIES = Array.from({ length: 100 }, (_, i) =>
  i % 3 === 0 ? `.zone-${i}.example` : i % 3 === 1 ? `10.${i}.0.0/16` : `host-${i}.example:443`,
);
const TARGETS = Array.from({ length: 10_000 }, (_, i) => `https://h${i}.cloud.example/v1/things`);

/** @param {number} rounds */
export function runDecisions(rounds) {
  const origins = TARGETS.map((target) => originOf(target));
  /** @type {number[]} */
  const fresh = [];
  /** @type {number[]} */
  const warm = [];
  /** @type {number[]} */
  const asked = [];
  for (let round = 0; round < rounds; round += 1) {
    // A list of its own each round, so that nothing has been decided by it yet.
    const noProxy = [...ENTRIES, `round-${round}.example`].join(',');
    const levels = { instance: { httpProxy: 'http://proxy.corp:3128', noProxy }, env: {} };
    const compiled = compileLevels(levels);
    fresh.push(micros(origins, (origin) => decide(origin, compiled)));
    warm.push(micros(origins, (origin) => decide(origin, compiled)));
    asked.push(micros(TARGETS, (target) => resolveProxy(target, levels)));
  }
  const rows = [
    ['of a request, for a host that is new to the list', spread(fresh, 2)],
    ['of a request, for a host that was decided before', spread(warm, 2)],
    ['`resolveProxy(url, levels)`, which reads both anew', spread(asked, 2)],
  ];
  return {
    sections: ['### Route decision', aligned([['decision', 'µs'], ...rows])],
    goals: [
      { what: 'decision for a known host, µs', measured: median(warm), bound: 0.5 },
      { what: 'decision for a new host, µs', measured: median(fresh), bound: 1 },
    ],
  };
}

/**
 * @template T
 * @param {readonly T[]} questions
 * @param {(question: T) => unknown} ask
 */
function micros(questions, ask) {
  const startedAt = performance.now();
  for (const question of questions) ask(question);
  return ((performance.now() - startedAt) * 1_000) / questions.length;
}
