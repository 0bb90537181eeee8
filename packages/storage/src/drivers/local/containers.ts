/** Directories as containers. */
import { lstat, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ConflictError, isSdkError } from '@sdk/common';
import { compareBytes } from '../../byte-order.js';
import type { Container } from '../../models.js';
import { CONTROL_DIRECTORY } from './control.js';
import { checkedContainer, containerPath } from './location.js';
import { removeEmptyContainer } from './remove.js';
import { systemCode, throwSystemError } from './system-errors.js';
import { walk } from './walk.js';
import { syncDirectory } from './write.js';

/** @throws NotFoundError */
export async function readContainer(root: string, name: string): Promise<Container> {
  const stat = await lstat(await containerPath(root, name));
  return {
    name,
    createdAt: stat.birthtime.toISOString(),
    raw: { inode: String(stat.ino), modifiedAt: stat.mtime.toISOString() },
  };
}

/** Every directory below the root but our own, in the order of the bytes of the names. A missing root has none. */
export async function* readContainers(root: string): AsyncGenerator<Container> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    return throwSystemError(error, 'Listing the containers');
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && entry.name !== CONTROL_DIRECTORY)
    .map((entry) => entry.name)
    .sort(compareBytes);
  for (const name of names) {
    const container = await readContainer(root, name).catch((error: unknown) => {
      // Deleted meanwhile.
      if (isSdkError(error, 'SDK_NOT_FOUND')) return undefined;
      throw error;
    });
    if (container !== undefined) yield container;
  }
}

/** Makes the directory, and the root where it is missing. @throws ConflictError where it exists. */
export async function makeContainer(root: string, name: string): Promise<Container> {
  const container = checkedContainer(name);
  try {
    await mkdir(root, { recursive: true });
    await mkdir(path.join(root, container));
    await syncDirectory(root);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new ConflictError(
        `${JSON.stringify(container)} cannot be created: something of that name exists`,
        { status: 409, providerCode: 'ContainerExists' },
      );
    }
    throwSystemError(error, `Creating the container ${JSON.stringify(container)}`);
  }
  return readContainer(root, container);
}

/** Removes a directory that holds no file. @throws NotFoundError; ConflictError where it is not empty. */
export async function removeContainer(root: string, name: string): Promise<void> {
  const directory = await containerPath(root, name);
  const bounds = { prefix: '', startAfter: '', told: undefined };
  try {
    const first = await walk(directory, bounds).next();
    if (first.done === true && (await removeEmptyContainer(root, name))) return;
  } catch (error) {
    throwSystemError(error, `Deleting the container ${JSON.stringify(name)}`);
  }
  throw new ConflictError(`The container ${JSON.stringify(name)} is not empty`, {
    status: 409,
    providerCode: 'ContainerNotEmpty',
    hint: 'Delete its objects first.',
  });
}
