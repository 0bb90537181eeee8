/**
 * Plays faults on the engine at hand, and prints as JSON how many there were, and each that came to something else than it
 * should. It leaves the rest to Node: a rejection that nobody handles ends it, a warning is written to its stderr, and what is
 * left open keeps it alive.
 */
import { FAULTS } from './fault-rows.js';
import { outcome, Stand } from './fault-stand.js';
import { PHASES, type PhaseRow } from './phase-rows.js';

/** Long enough to get to most phases on a machine that is busy with all the others. */
const TOTAL_MS = 500;

const odd: Record<string, string> = {};

function note(what: string, seen: string, expected: string): void {
  if (!new RegExp(`^(${expected})$`).test(seen)) odd[what] = seen;
}

/** Gives each row a stand of its own. */
async function on(play: (stand: Stand) => Promise<void>): Promise<void> {
  const stand = new Stand();
  await play(stand);
  await stand.close();
}

const aborted = (row: PhaseRow) => async (stand: Stand) => {
  const controller = new AbortController();
  const { call, there } = await row.begin(stand, { signal: controller.signal });
  const seen = outcome(call);
  await there;
  controller.abort('enough');
  note(`an abort ${row.phase}`, await seen, 'enough');
};

const closed = (row: PhaseRow) => async (stand: Stand) => {
  const { call, there } = await row.begin(stand, {});
  const seen = outcome(call);
  await there;
  await stand.close();
  note(`close() ${row.phase}`, await seen, row.closes ?? 'SDK_CONFIGURATION');
};

const late = (row: PhaseRow) => async (stand: Stand) => {
  const { call } = await row.begin(stand, { timeouts: { totalMs: TOTAL_MS } });
  note(`a total that ends ${row.phase}`, await outcome(call), row.runsOut ?? 'SDK_TIMEOUT total');
};

await Promise.all([
  ...FAULTS.map(({ fault, ends, play }) =>
    on(async (stand) => note(fault, await outcome(play(stand)), ends)),
  ),
  ...PHASES.flatMap((row) => [on(aborted(row)), on(closed(row)), on(late(row))]),
]);
console.log(JSON.stringify({ faults: FAULTS.length, phases: PHASES.length, odd }, undefined, 1));
