/**
 * Waits until a condition holds, looking every 5 ms, and fails with the reason after a limit.
 *
 * For what another end of a connection does in its own time, such as noticing that a socket was closed.
 *
 * @param condition asked until it answers `true`
 * @param what completes the sentence "gave up waiting until …" in the error
 * @param timeoutMs the limit, default 10000, and more than any test should need: a busy machine must not fail it
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition held',
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`gave up waiting until ${what} (${timeoutMs} ms)`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
