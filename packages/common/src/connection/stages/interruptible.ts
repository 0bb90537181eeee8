/** Waits for code outside the SDK, but no longer than the request's signal and total allow. */
import { onAbort } from '../../abort.js';
import { LONGEST_TIMER_MS } from '../../transport/timeouts.js';
import type { RequestContext } from '../context.js';
import { totalPassed } from './total.js';

/**
 * Waits for the promise of a hook, a selector or a transport, but no longer than the signal and the total allow.
 * @param graceMs how much longer than the total to wait, for a promise that ends itself at the total.
 */
export function interruptible<T>(
  promise: PromiseLike<T>,
  context: RequestContext,
  graceMs = 0,
): Promise<T> {
  const { signal, deadlineAt } = context;
  if (signal === undefined && deadlineAt === undefined) return Promise.resolve(promise);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      // Aborted already (for example by the hook itself): a listener added now would never be called.
      void Promise.resolve(promise).catch(ignore);
      reject(signal.reason);
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      stopListening?.();
    };
    const timer =
      deadlineAt === undefined
        ? undefined
        : setTimeout(
            () => {
              finish();
              reject(totalPassed(context));
            },
            Math.min(LONGEST_TIMER_MS, Math.max(0, deadlineAt - performance.now()) + graceMs),
          );
    const stopListening =
      signal &&
      onAbort(signal, () => {
        finish();
        reject(signal.reason);
      });
    promise.then(
      (value) => {
        finish();
        resolve(value);
      },
      (error: unknown) => {
        finish();
        reject(error);
      },
    );
  });
}

function ignore(): void {}
