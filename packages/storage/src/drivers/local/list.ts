/** The objects of a container, and the prefixes that stand for some of them. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { compareBytes } from '../../byte-order.js';
import type { StorageEntry } from '../../models.js';
import { containerPath } from './location.js';
import { objectOf } from './read.js';
import { isMissing, throwSystemError } from './system-errors.js';
import { walk } from './walk.js';
import type { WalkBounds } from './walk.js';

/** What a list is narrowed by; `''` for what was not given. */
export interface Filter {
  readonly prefix: string;
  readonly delimiter: string;
  readonly startAfter: string;
}

/** Entries in the order of the bytes of their names; a directory is read when its turn comes. */
export async function* listFiles(
  root: string,
  container: string,
  { prefix, delimiter, startAfter }: Filter,
): AsyncGenerator<StorageEntry> {
  const directory = await containerPath(root, container);
  const bounds: WalkBounds = { prefix, startAfter, told: undefined };
  try {
    for await (const name of walk(directory, bounds)) {
      const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      if (cut >= 0) {
        const shared = name.slice(0, cut + delimiter.length);
        bounds.told = shared;
        if (compareBytes(shared, startAfter) > 0) yield { kind: 'prefix', name: shared };
        continue;
      }
      const file = path.join(directory, ...name.split('/'));
      const stat = await lstat(file, { bigint: true }).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (stat?.isFile() === true) yield await objectOf(root, container, name, stat);
    }
  } catch (error) {
    throwSystemError(error, `Listing the container ${JSON.stringify(container)}`);
  }
}
