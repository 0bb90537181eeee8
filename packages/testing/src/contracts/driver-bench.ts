import { isSdkError } from '@sdk/common';
import { boundedTest } from './bounded-test.js';
import { rejection, type ExpectFunction, type Runner } from './runner.js';

/** What a suite of drivers is given. */
interface DriverContract<Driver> extends Runner {
  readonly open: () => Promise<{ readonly driver: Driver; close(): Promise<void> }>;
}

/** What the parts of a suite of drivers stand on. */
export interface DriverBench<Driver> {
  readonly expect: ExpectFunction;
  /** A test with a driver of its own, which is closed afterwards. */
  readonly on: (name: string, run: (driver: Driver) => Promise<void>) => void;
  /** It fails with an error of the SDK, of this code. */
  readonly expectCode: (promise: PromiseLike<unknown>, code: string) => Promise<void>;
  /** A model is JSON-safe, and has the provider's own answer. */
  readonly expectPlain: (model: object) => void;
}

/** The bench of a driver's suite, whatever its service. */
export function driverBench<Driver>({
  test,
  expect,
  open,
}: DriverContract<Driver>): DriverBench<Driver> {
  return {
    expect,
    on: (name, run) => {
      boundedTest(test, name, { open, run: ({ driver }) => run(driver), what: 'the driver' });
    },
    expectCode: async (promise, code) => {
      const error = await rejection(promise);
      expect(isSdkError(error)).toBe(true);
      expect(error['code']).toBe(code);
    },
    expectPlain: (model) => {
      expect(JSON.parse(JSON.stringify(model))).toEqual(model);
      expect('raw' in model).toBe(true);
    },
  };
}
