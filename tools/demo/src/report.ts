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

/** How the run ended: the last lines, and the exit code of the process. */
export interface Conclusion {
  readonly lines: readonly string[];
  /** 0 where every counter agreed and every socket is gone, else 1. */
  readonly exitCode: 0 | 1;
}

/**
 * Draws the conclusion of a report.
 *
 * @param openSockets connections that each proxy still holds after the drivers were closed
 */
export function conclude(
  { rows, disagreements }: Pick<Report, 'rows' | 'disagreements'>,
  openSockets: Readonly<Record<string, number>>,
): Conclusion {
  const left = Object.entries(openSockets)
    .filter(([, open]) => open > 0)
    .map(([name, open]) => `after close(): ${name} still holds ${open} sockets`);
  const wrong = [...disagreements, ...left];
  if (rows === 0) wrong.push('no call was made');
  if (wrong.length === 0) {
    const line = `✓ ${rows} rows: what A, B and C counted is what the cascade decided; no socket is left`;
    return { lines: [line], exitCode: 0 };
  }
  const title = '✗ What the proxies counted is not what the cascade decided:';
  return { lines: [title, ...wrong.map((text) => `  ${text}`)], exitCode: 1 };
}
