/** What a process that was killed has left of its uploads. */
import { lstat, rm } from 'node:fs/promises';
import path from 'node:path';
import { entriesOf, uploadsDirectory } from './sidecar.js';

/** Whatever was not written to for so long belongs to nobody any more. */
const LEFT_MS = 24 * 60 * 60 * 1000;

/** Removes unfinished uploads that were not written to for a day. What cannot be removed stays, and is no error. */
export async function sweepUploads(root: string): Promise<void> {
  try {
    const uploads = await uploadsDirectory(root);
    for (const upload of await entriesOf(uploads)) {
      const file = path.join(uploads, upload);
      const { mtimeMs } = await lstat(file);
      if (Date.now() - mtimeMs > LEFT_MS) await rm(file, { force: true });
    }
  } catch {
    // Only tidying up. The upload behind it says what is wrong with the disk, if anything is.
  }
}
