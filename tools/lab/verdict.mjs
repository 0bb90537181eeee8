/** Whether a run of the lab's tests proves anything. */

/**
 * What is wrong with a run, in sentences; an empty list is a good run. A test that did not run counts as a failure,
 * since nobody would notice that a server is no longer tested.
 *
 * @param {{ exitCode: number, report: Record<string, unknown> | undefined, ended: string[], narrowed: boolean }} run
 *   jest's exit code, its `--json` report, the servers that ended by themselves, and whether the caller asked for a part of the tests
 * @returns {string[]}
 */
export function judge({ exitCode, report, ended, narrowed }) {
  const wrongs = ended.map((name) => `${name} ended while the tests ran`);
  if (report === undefined) return [...wrongs, `jest ended with ${exitCode} and left no report`];
  /** @param {string} key */
  const count = (key) => {
    const value = report[key];
    if (typeof value !== 'number') wrongs.push(`jest's report has no ${key}`);
    return typeof value === 'number' ? value : 0;
  };
  if (count('numTotalTests') === 0) wrongs.push('no test was found');
  const failed = count('numFailedTests');
  if (failed > 0) wrongs.push(`${failed} tests failed`);
  const broken = count('numRuntimeErrorTestSuites');
  if (broken > 0) wrongs.push(`${broken} test files could not run`);
  const skipped = count('numPendingTests');
  if (skipped > 0 && !narrowed) wrongs.push(`${skipped} tests were skipped`);
  const todo = count('numTodoTests');
  if (todo > 0) wrongs.push(`${todo} tests are not written yet`);
  if (exitCode !== 0 && wrongs.length === 0) wrongs.push(`jest ended with ${exitCode}`);
  return wrongs;
}
