/** Answers of functions that may be asynchronous. */

/** Whether a value has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
