/** What `deleteObjects` throws where some objects could not be deleted. */
import { ResponseError } from '@sdk/common';
import type { ResponseErrorInit } from '@sdk/common';

/** One object that is still there. */
export interface DeletionFailure {
  readonly name: string;
  /** The provider's code, such as `AccessDenied`. */
  readonly code: string;
  readonly message: string;
}

const SHOWN = 5;

/** An error that names the first few, and lists all in its `body`. */
export function deletionError(
  failures: readonly DeletionFailure[],
  total: number,
  init: Omit<ResponseErrorInit, 'body'>,
  ErrorClass: new (message: string, init: ResponseErrorInit) => ResponseError = ResponseError,
): ResponseError {
  const shown = failures
    .slice(0, SHOWN)
    .map(({ name, code }) => `${JSON.stringify(name)} (${code})`);
  const more = failures.length > SHOWN ? ` and ${failures.length - SHOWN} more` : '';
  return new ErrorClass(
    `${failures.length} of ${total} objects could not be deleted: ${shown.join(', ')}${more}`,
    {
      hint: "The error's body lists each one with its code; the others were deleted.",
      ...init,
      body: failures,
    },
  );
}
