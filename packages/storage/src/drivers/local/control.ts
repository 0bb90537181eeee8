/** The directory of our own below the root, and the guard that keeps its paths there too. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { PermissionError } from '@sdk/common';
import { isMissing } from './system-errors.js';

/** The directory beside the containers that holds metadata and unfinished uploads; never a container itself. */
export const CONTROL_DIRECTORY = '.sdk-storage';

/**
 * The path of a directory of our own, which need not exist.
 * @throws PermissionError where a part of it is a symbolic link: what it leads to is not ours to read or to write.
 */
export async function controlPath(root: string, ...parts: readonly string[]): Promise<string> {
  let current = root;
  for (const part of [CONTROL_DIRECTORY, ...parts]) {
    current = path.join(current, part);
    const stat = await lstat(current).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (stat?.isSymbolicLink() === true) {
      throw new PermissionError(
        `${JSON.stringify(path.relative(root, current))} in the root is a symbolic link; links are not followed, since they may lead out of the root`,
        {
          status: 403,
          providerCode: 'SymbolicLink',
          hint: 'Put a directory in its place; it holds metadata and unfinished uploads.',
        },
      );
    }
  }
  return current;
}
