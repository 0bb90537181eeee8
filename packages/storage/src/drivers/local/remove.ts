/** Taking files and directories away, and never more than was asked for. */
import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { containerPath, objectPath, segmentsOf } from './location.js';
import { sidecarDirectory, sweepSidecars } from './sidecar.js';
import { isMissing, systemCode, throwSystemError } from './system-errors.js';

/** Deletes a file and the directories that it leaves empty. An absent one is deleted already. */
export async function removeFile(root: string, container: string, name: string): Promise<void> {
  const segments = segmentsOf(name);
  try {
    await remove(root, container, name, segments);
  } catch (error) {
    throwSystemError(error, `Deleting ${JSON.stringify(name)}`);
  }
}

async function remove(
  root: string,
  container: string,
  name: string,
  segments: readonly string[],
): Promise<void> {
  const directory = await containerPath(root, container);
  await sidecarDirectory(root, container);
  const file = await objectPath(directory, segments);
  try {
    const stat = await lstat(file);
    // A directory is no object: whoever deletes `a` does not mean `a/b`.
    if (!stat.isFile()) return;
    await unlink(file);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await sweepSidecars(root, container, name, file);
  await removeEmptyParents(directory, segments);
}

async function removeEmptyParents(directory: string, segments: readonly string[]): Promise<void> {
  for (let length = segments.length - 1; length > 0; length -= 1) {
    try {
      await rmdir(path.join(directory, ...segments.slice(0, length)));
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || isMissing(error)) return;
      throw error;
    }
  }
}

/**
 * Removes a container's directory and the empty ones in it.
 * @returns `false` where something else than empty directories is in it.
 */
export async function removeEmptyContainer(root: string, container: string): Promise<boolean> {
  const directory = await containerPath(root, container);
  const sidecars = await sidecarDirectory(root, container);
  try {
    await removeEmptyTree(directory);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
  await rm(sidecars, { recursive: true, force: true });
  return true;
}

/** `rmdir` refuses a directory that is not empty, so nothing that appears meanwhile is lost. */
async function removeEmptyTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeEmptyTree(path.join(directory, entry.name));
  }
  await rmdir(directory);
}
