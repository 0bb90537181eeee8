/** The files of a directory tree in the order of the bytes of their names, one directory read at a time. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { compareBytes } from '../../byte-order.js';
import { isMissing } from './system-errors.js';

/** What a walk is narrowed by; it may be changed while the walk goes on. */
export interface WalkBounds {
  readonly prefix: string;
  /** Names up to and including this one are left out. */
  readonly startAfter: string;
  /** Names that begin with this are left out: its prefix entry has been told. */
  told: string | undefined;
}

/** Names of files, relative to `directory`, with slashes. Symbolic links and whatever else is no file are left out. */
export async function* walk(
  directory: string,
  bounds: WalkBounds,
  below = '',
): AsyncGenerator<string> {
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    // Deleted meanwhile: there is nothing to tell of it.
    if (isMissing(error)) return;
    throw error;
  }
  const names = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    // A directory stands where the names in it stand: `a-b` comes before `a/b`, though `a` comes before `a-b`.
    .map((entry) => ({ key: below + entry.name + (entry.isDirectory() ? '/' : ''), entry }))
    .filter(({ key }) => mayHold(key, bounds))
    .map((item) => ({ ...item, bytes: Buffer.from(item.key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const { key, entry } of names) {
    if (bounds.told !== undefined && key.startsWith(bounds.told)) continue;
    if (entry.isDirectory()) yield* walk(path.join(directory, entry.name), bounds, key);
    else yield key;
  }
}

/** Whether a file of this name, or one below this directory (a name that ends with a slash), can be within the bounds. */
function mayHold(key: string, { prefix, startAfter }: WalkBounds): boolean {
  if (!key.endsWith('/')) return key.startsWith(prefix) && compareBytes(key, startAfter) > 0;
  if (!key.startsWith(prefix) && !prefix.startsWith(key)) return false;
  return startAfter.startsWith(key) || compareBytes(key, startAfter) > 0;
}
