/** A timer for the silence of a peer. */

/**
 * Calls `onDue` after `ms`, and after one more look at the sockets: in a process that was busy for that long, what the peer has
 * sent may be there already, only not read yet.
 * @returns a function that stops the timer.
 */
export function patientTimeout(onDue: () => void, ms: number): () => void {
  let look: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    look = setImmediate(onDue);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(look);
  };
}
