/** What the SDK wants to be, held against what was measured. A goal that is missed is told like one that is met. */
import { median, ratios } from './statistics.mjs';
import { aligned, cpuOf } from './table.mjs';

/**
 * @typedef {object} Goal
 * @property {string} what
 * @property {number} measured
 * @property {number} bound
 * @property {'at most' | 'at least'} [side]
 */

/**
 * The goals that a scenario is held to: CPU for each request, undici's `request()` being 1.
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {import('./scenario.mjs').Result[]} results
 * @param {string} yardstick
 * @returns {Goal[]}
 */
export function goalsOf(scenario, results, yardstick) {
  const { name, way, method, concurrency } = scenario;
  const yard = cpuOf(results.find((result) => result.name === yardstick));
  const bounds = {
    'axios-transport': 0.9,
    'axios-transport-interceptors': 1,
    'undici-transport': way === 'connect' && concurrency === 64 ? 0.6 : 0.75,
    driver: 1.3,
  };
  /** @type {Goal[]} */
  const goals = Object.entries(bounds).flatMap(([peer, bound]) => {
    const result = results.find((each) => each.name === peer);
    if (result === undefined) return [];
    return [{ what: `${peer}: ${name}`, measured: median(ratios(cpuOf(result), yard)), bound }];
  });
  const ours = results.filter((result) => result.name in bounds);
  if (way === 'direct') return goals;
  goals.push({ what: `left after close(): ${name}`, measured: most(ours, 'left'), bound: 0 });
  // By absolute-form a change goes on a fresh connection until the proxy has shown that it keeps them.
  if (way === 'connect' || method === 'GET') {
    const measured = most(ours, 'opened');
    goals.push({ what: `connections opened: ${name}`, measured, bound: concurrency });
  }
  return goals;
}

/**
 * @param {readonly import('./scenario.mjs').Result[]} results
 * @param {'opened' | 'left'} key
 */
function most(results, key) {
  return Math.max(...results.map((result) => result[key]));
}

/** @param {Goal} goal */
function isMet({ measured, bound, side }) {
  return side === 'at least' ? measured >= bound : measured <= bound;
}

/** @param {readonly Goal[]} goals */
export function goalsTable(goals) {
  const rows = goals.map((goal) => [
    goal.what,
    goal.measured.toFixed(2),
    `${goal.side === 'at least' ? '≥' : '≤'} ${goal.bound}`,
    isMet(goal) ? 'met' : '**missed**',
  ]);
  return aligned([['goal', 'measured', 'bound', ''], ...rows]);
}
