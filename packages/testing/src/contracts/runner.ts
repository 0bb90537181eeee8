/** What a contract suite needs of a test runner: jest's, vitest's and others' fit as they are. */
import { inspect } from 'node:util';

/** Declares a test; its name is a true sentence. */
export type TestFunction = (name: string, run: () => Promise<void>, timeoutMs?: number) => unknown;

/** The matchers that the suites use, as they are. */
export interface PlainMatchers {
  toBe(expected: unknown): unknown;
  toEqual(expected: unknown): unknown;
  toContain(expected: unknown): unknown;
  toMatch(expected: RegExp): unknown;
  toMatchObject(expected: Record<string, unknown>): unknown;
  toBeGreaterThan(expected: number): unknown;
  toBeLessThan(expected: number): unknown;
}

/** The matchers that the suites use, and their opposites. */
export interface Matchers extends PlainMatchers {
  readonly not: PlainMatchers;
}

/** Begins an assertion. */
export type ExpectFunction = (actual: unknown) => Matchers;

/** A test runner, as a suite is given it. */
export interface Runner {
  readonly test: TestFunction;
  readonly expect: ExpectFunction;
}

/** What a promise, or an operation, rejects with; fails where it is fulfilled. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error(`expected a rejection, got ${inspect(value)}`);
}

/** Every item of a list, up to a limit that bounds a list without an end. */
export async function collect<T>(list: AsyncIterable<T>, limit = 10_000): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}

/** The promise, or a failure where it takes longer: not every runner bounds a test, and one that hangs hides the rest. */
export async function inTime<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
