import { compare } from './compare.js';
import type { Expectation } from './compare.js';
import type { Entry } from './books.js';
import type { Verdict } from './cascade.js';
import { tableWriter } from './table.js';

/** Anything that can be written to, as `process.stdout` can. */
export interface Output {
  write(text: string): unknown;
}

/** One call as the main job makes it. */
export interface Step {
  readonly call: string;
  readonly origin: string;
  /** What the cascade says of it, asked with the same settings that the driver was given. */
  readonly verdict: Verdict;
  readonly begun?: boolean | undefined;
  readonly alsoInFlight?: Expectation['alsoInFlight'];
  /** Makes the call and answers what came of it, and how much payload that was. */
  run(): Promise<Outcome>;
}

/** What came of a call. */
export interface Outcome {
  /** A clause for the table. */
  readonly result: string;
  readonly upAtLeast?: number;
  readonly downAtLeast?: number;
}

/** Runs calls one after the other and keeps the count of what disagreed. */
export interface Report {
  step(step: Step): Promise<void>;
  /** Sentences, over all rows so far. */
  readonly disagreements: readonly string[];
  readonly rows: number;
}

/** Prints each call as a row of the table, with what everybody else counted meanwhile. */
export function startReport(
  output: Output,
  openBooks: () => () => Entry,
  style: { readonly colour: boolean },
): Report {
  const table = tableWriter(style);
  const disagreements: string[] = [];
  let rows = 0;
  output.write(`${table.header()}\n`);
  return {
    disagreements,
    get rows() {
      return rows;
    },
    async step({ call, origin, verdict, begun, alsoInFlight, run }) {
      const closeBooks = openBooks();
      const started = performance.now();
      const { result, upAtLeast, downAtLeast } = await run();
      const durationMs = performance.now() - started;
      const seen = closeBooks();
      const expected = { ...verdict, origin, begun, alsoInFlight, upAtLeast, downAtLeast };
      const wrong = compare(expected, seen);
      rows += 1;
      disagreements.push(...wrong.map((text) => `row ${rows}: ${text}`));
      const row = { ...verdict, call, seen, durationMs, result, disagreements: wrong };
      output.write(`${table.row(row, rows)}\n`);
    },
  };
}
