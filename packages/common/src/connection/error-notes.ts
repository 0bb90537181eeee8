/** What one stage knows of an error and another one needs. It is kept outside the error, since callers do not need it. */
import type { SdkError } from '../errors.js';

export interface ErrorNotes {
  /** What the provider's error says about sending again: `true`, it was not processed; `false`, it is of no use. */
  readonly unprocessed?: boolean | undefined;
  /** Whether the original request has already had its effect: it was answered by a redirect. */
  readonly processed?: boolean | undefined;
  /** Whether a redirect to another origin had dropped the credentials. */
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
