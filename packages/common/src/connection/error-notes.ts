/** What one stage knows of an error and another one needs. It is kept beside the error, since it says nothing to callers. */
import type { SdkError } from '../errors.js';

export interface ErrorNotes {
  /** What the provider's error said of sending again: `true`, it was not processed; `false`, it is of no use. */
  readonly unprocessed?: boolean | undefined;
  /** Whether the request as it was asked for had its effect before: a redirect was its answer. */
  readonly processed?: boolean | undefined;
  /** Whether credentials had been left behind by a redirect to another origin. */
  readonly withheld?: boolean | undefined;
}

const NONE: ErrorNotes = Object.freeze({});
const notes = new WeakMap<SdkError, ErrorNotes>();

/** Notes more of an error. */
export function note(error: SdkError, more: ErrorNotes): void {
  notes.set(error, { ...notes.get(error), ...more });
}

/** What has been noted of an error. */
export function notesOf(error: SdkError): ErrorNotes {
  return notes.get(error) ?? NONE;
}
