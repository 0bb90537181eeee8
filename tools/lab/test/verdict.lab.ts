import { describe, expect, test } from '@jest/globals';
import { judge } from '../verdict.mjs';

const good = {
  numTotalTests: 3,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};
const run = { exitCode: 0, report: good, ended: [] as string[], narrowed: false };

describe('the verdict on a run of the lab', () => {
  test('finds nothing wrong where every test passed', () => {
    expect(judge(run)).toEqual([]);
  });

  test.each([
    ['a skipped test', { report: { ...good, numPendingTests: 1 } }, '1 tests were skipped'],
    [
      'a test to be written',
      { report: { ...good, numTodoTests: 2 } },
      '2 tests are not written yet',
    ],
    ['no test at all', { report: { ...good, numTotalTests: 0 } }, 'no test was found'],
    ['a failed test', { report: { ...good, numFailedTests: 1 }, exitCode: 1 }, '1 tests failed'],
    [
      'a file that could not run',
      { report: { ...good, numRuntimeErrorTestSuites: 1 }, exitCode: 1 },
      '1 test files could not run',
    ],
    ['an exit code without a reason', { exitCode: 7 }, 'jest ended with 7'],
    ['no report', { report: undefined, exitCode: 1 }, 'jest ended with 1 and left no report'],
    ['a server that ended', { ended: ['squid'] }, 'squid ended while the tests ran'],
  ])('refuses %s', (_, change, wrong) => {
    expect(judge({ ...run, ...change })).toEqual([wrong]);
  });

  test('lets tests be left out only where the caller named the ones to run', () => {
    const report = { ...good, numPendingTests: 2 };
    expect(judge({ ...run, report, narrowed: true })).toEqual([]);
  });
});
