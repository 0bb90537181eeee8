/** Tests that open something, bounded and closed whatever the runner does. */
import { inTime, type TestFunction } from './runner.js';

const TEST_MS = 60_000;
/** How long what a test works with may take to close. */
const CLOSE_MS = 5_000;

interface Closable {
  close(): Promise<unknown>;
}

/** What a test opens, how it works with it, and what its failures call that. */
export interface BoundedTest<T extends Closable> {
  readonly open: () => T | Promise<T>;
  readonly run: (opened: T) => Promise<void>;
  /** What is opened, in words: `the driver`. */
  readonly what: string;
  /** How long the test may take, in milliseconds. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

/** Declares a test that opens something of its own, works with it, and closes it. Each step has to come to its end. */
export function boundedTest<T extends Closable>(
  test: TestFunction,
  name: string,
  { open, run, what, timeoutMs = TEST_MS }: BoundedTest<T>,
): void {
  const declared = async (): Promise<void> => {
    const opened = await inTime(
      Promise.resolve(open()),
      timeoutMs,
      `what the test works with (${what}) did not open`,
    );
    await tidied(
      () => inTime(run(opened), timeoutMs, 'the test did not come to an end'),
      () => inTime(opened.close(), CLOSE_MS, `${what} did not close`),
    );
  };
  // The runner's own bound comes last: ours says what it was that took so long.
  test(name, declared, 2 * (timeoutMs + CLOSE_MS));
}

/** Does the work and tidies up behind it, whatever became of it. What failed first is what the author has to see. */
export async function tidied(
  work: () => Promise<void>,
  tidy: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await tidy().catch(() => undefined);
    throw error;
  }
  await tidy();
}
