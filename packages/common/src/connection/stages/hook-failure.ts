/** A failure of a hook's nested traffic is not one of the request: no stage may take it for its own. */
import type { SdkError } from '../../errors.js';
import { isSdkError } from '../../errors.js';

/**
 * Carries an error of `authorize` or `sign` past the stages to `deadline`, which takes it out. What failed there has been
 * repeated, and tried over every proxy, by stages of its own: repeating the request would ask for another token each
 * time. And several requests may wait for one token, whose failure belongs to none of them.
 */
export class HookFailure extends Error {
  readonly error: SdkError;

  constructor(error: SdkError) {
    super('A hook failed');
    this.name = 'HookFailure';
    this.error = error;
  }
}

/** What a hook threw, carried where it is an error of the SDK. */
export function carried(error: unknown): unknown {
  return isSdkError(error) ? new HookFailure(error) : error;
}

/** What a hook promised; its failure is carried. */
export function carrying(pending: Promise<void>): Promise<void> {
  return pending.then(undefined, rethrow);
}

function rethrow(error: unknown): never {
  throw carried(error);
}
