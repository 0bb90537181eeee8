/** What `deleteObjects` throws where some objects could not be deleted. */
import { addHint, isSdkError, ResponseError } from '@sdk/common';
import type { ResponseErrorInit } from '@sdk/common';

/** One object that is still there. */
export interface DeletionFailure {
  readonly name: string;
  /** The provider's code, such as `AccessDenied`. */
  readonly code: string;
  readonly message: string;
}

/** The failure that an error says. */
export function failureOf(name: string, error: ResponseError): DeletionFailure {
  return { name, code: error.providerCode ?? error.code, message: error.message };
}

const SHOWN = 5;

/** An error that names the first few, and lists all in its `body`. */
export function deletionError(
  failures: readonly DeletionFailure[],
  total: number,
  init: Omit<ResponseErrorInit, 'body'>,
  ErrorClass: new (message: string, init: ResponseErrorInit) => ResponseError = ResponseError,
): ResponseError {
  return new ErrorClass(
    `${failures.length} of ${total} objects could not be deleted: ${shown(failures)}`,
    {
      hint: "The error's body lists each one with its code; the others were deleted.",
      ...init,
      body: failures,
    },
  );
}

/** The first few, by name and code. */
function shown(failures: readonly DeletionFailure[]): string {
  const first = failures
    .slice(0, SHOWN)
    .map(({ name, code }) => `${JSON.stringify(name)} (${code})`);
  const more = failures.length > SHOWN ? ` and ${failures.length - SHOWN} more` : '';
  return first.join(', ') + more;
}

/** The error that ended a deletion early, telling what could not be deleted before it. */
export function withFailures(
  error: unknown,
  failures: readonly DeletionFailure[],
  total: number,
): unknown {
  if (failures.length === 0 || !isSdkError(error)) return error;
  if (error instanceof ResponseError) {
    const { status, providerCode, requestId, retryAfterMs, decision, attempts, message } = error;
    const hint = `Deleting ended early: ${message}. The error's body lists what could not be deleted before that.`;
    const Class = error.constructor as new (text: string, init: ResponseErrorInit) => ResponseError;
    const init = { status, providerCode, requestId, retryAfterMs, decision, hint, cause: error };
    const told = deletionError(failures, total, init, Class);
    return attempts === undefined ? told : Object.assign(told, { attempts });
  }
  const told = `${failures.length} objects could not be deleted before that: ${shown(failures)}.`;
  addHint(error, told);
  return error;
}
