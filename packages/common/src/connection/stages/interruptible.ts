/** Waits for code outside the SDK, but no longer than the request's signal and total allow. */
import { onAbort } from '../../abort.js';
import { ignore } from '../../ignore.js';
import { msUntil } from '../../transport/timeouts.js';
import type { RequestContext } from '../context.js';
import { totalPassed } from './total.js';

/**
 * Waits for the promise of a hook, a selector or a transport, but no longer than the signal and the total allow, and not after
 * the driver was closed.
 * @param graceMs how much longer than the total to wait for a promise that ends itself, at the total and with the driver.
 */
export function interruptible<T>(
  promise: PromiseLike<T>,
  context: RequestContext,
  graceMs = 0,
): Promise<T> {
  const { signal, deadlineAt, settings, journal } = context;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      // Aborted already (for example by the hook itself): a listener added now would never be called.
      void Promise.resolve(promise).catch(ignore);
      reject(signal.reason);
      return;
    }
    const endsWithDriver = graceMs === 0;
    if (endsWithDriver) {
      // Closed already: that will not be told again either.
      if (settings.closing.aborted) void Promise.resolve(promise).catch(ignore);
      settings.checkOpen(journal);
    }
    const finish = (): void => {
      clearTimeout(timer);
      stopListening?.();
      stopWaiting?.();
    };
    const timer =
      deadlineAt === undefined
        ? undefined
        : setTimeout(
            () => {
              finish();
              reject(totalPassed(context));
            },
            msUntil(deadlineAt + graceMs),
          );
    const stopListening =
      signal &&
      onAbort(signal, () => {
        finish();
        reject(signal.reason);
      });
    const stopWaiting = endsWithDriver
      ? onAbort(settings.closing, () => {
          finish();
          try {
            settings.checkOpen(journal);
          } catch (closed) {
            reject(closed);
          }
        })
      : undefined;
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
