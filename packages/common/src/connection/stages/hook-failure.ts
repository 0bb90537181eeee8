/** The failure of a hook's nested request is not a failure of the request itself, so no stage may act on it. */
import type { SdkError } from '../../errors.js';
import { isSdkError } from '../../errors.js';

/**
 * Carries an error of `authorize` or `sign` past the stages to `deadline`, which takes it out. The nested request has been
 * repeated, and tried over every proxy, by its own stages: repeating the outer request would only ask for another token each
 * time. Also, several requests may wait for one token, and its failure belongs to none of them.
 */
export class HookFailure extends Error {
  readonly error: SdkError;

  constructor(error: SdkError) {
    super('A hook failed');
    this.name = 'HookFailure';
    this.error = error;
  }
}

/** Wraps what a hook threw, if it is an error of the SDK. */
export function carried(error: unknown): unknown {
  return isSdkError(error) ? new HookFailure(error) : error;
}

/** The promise of a hook, with its failure wrapped. */
export function carrying(pending: Promise<void>): Promise<void> {
  return pending.then(undefined, rethrow);
}

function rethrow(error: unknown): never {
  throw carried(error);
}
