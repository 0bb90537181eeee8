/** Deleting file after file. */
import { PermissionError, ResponseError } from '@sdk/common';
import { deletionError, failureOf, withFailures } from '../../deletion-failures.js';
import type { DeletionFailure } from '../../deletion-failures.js';
import { containerPath } from './location.js';
import { removeFile } from './remove.js';

/** @throws ResponseError that lists what could not be deleted, where the rest was. */
export async function deleteMany(
  root: string,
  container: string,
  names: AsyncIterable<string>,
): Promise<void> {
  const failures: DeletionFailure[] = [];
  let total = 0;
  await containerPath(root, container);
  try {
    for await (const name of names) {
      total += 1;
      try {
        await removeFile(root, container, name);
      } catch (error) {
        if (!(error instanceof ResponseError) || error.status === 404) throw error;
        failures.push(failureOf(name, error));
      }
    }
  } catch (error) {
    throw withFailures(error, failures, total);
  }
  if (failures.length > 0) throw deletionError(failures, total, { status: 403 }, PermissionError);
}
