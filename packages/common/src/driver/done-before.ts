/** What a repetition finds may be the doing of an attempt before it. */
import { isSdkError } from '../errors.js';

/**
 * Whether an attempt before the last one may have done its work, its answer lost: a deletion that then finds nothing
 * has succeeded. An attempt that never left did nothing, and one that was refused did nothing either.
 */
export function mayHaveBeenDoneBefore(error: unknown): boolean {
  if (!isSdkError(error) || error.attempts === undefined) return false;
  return error.attempts
    .slice(0, -1)
    .some(({ status = 500, requestSent }) => status >= 500 && requestSent !== 'no');
}
