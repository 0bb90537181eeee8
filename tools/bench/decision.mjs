/** What a decision costs: a list of 100 NO_PROXY entries, 10,000 hosts. */
import { originOf, resolveProxy } from '@sdk/common';
import { median, spread } from './statistics.mjs';
import { aligned } from './table.mjs';

const ENTRIES = Array.from({ length: 100 }, (_, i) =>
  i % 3 === 0 ? `.zone-${i}.example` : i % 3 === 1 ? `10.${i}.0.0/16` : `host-${i}.example:443`,
);
const TARGETS = Array.from({ length: 10_000 }, (_, i) => `https://h${i}.cloud.example/v1/things`);

/** @param {number} rounds */
export function runDecisions(rounds) {
  // A decision begins where a connection has its origin.
  for (const target of TARGETS) originOf(target);
  const fresh = [];
  const warm = [];
  for (let round = 0; round < rounds; round += 1) {
    // A list of its own each round, so that nothing has been decided by it yet.
    const noProxy = [...ENTRIES, `round-${round}.example`].join(',');
    const levels = { instance: { httpProxy: 'http://proxy.corp:3128', noProxy }, env: {} };
    resolveProxy('https://first.example/', levels);
    fresh.push(micros(levels));
    warm.push(micros(levels));
  }
  const rows = [
    ['a host that is new to the list', spread(fresh, 2)],
    ['a host that was asked for before', spread(warm, 2)],
  ];
  return {
    table: aligned([['decision', 'µs'], ...rows]),
    fresh: median(fresh),
    warm: median(warm),
  };
}

/** @param {import('@sdk/common').PlainProxyLevels} levels */
function micros(levels) {
  const startedAt = performance.now();
  for (const target of TARGETS) resolveProxy(target, levels);
  return ((performance.now() - startedAt) * 1_000) / TARGETS.length;
}
