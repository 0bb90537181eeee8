/** A repetition may find what an earlier attempt has already done. */
import { isSdkError } from '../errors.js';

/**
 * Whether an attempt before the last one may have succeeded although its answer was lost: a deletion that then finds nothing
 * has succeeded. An attempt that was never sent, or was refused, did nothing; one whose status said success and whose body did
 * not may have done it all the same.
 */
export function mayHaveBeenDoneBefore(error: unknown): boolean {
  if (!isSdkError(error) || error.attempts === undefined) return false;
  return error.attempts
    .slice(0, -1)
    .some(
      ({ status = 500, requestSent }) => (status >= 500 || status < 300) && requestSent !== 'no',
    );
}
