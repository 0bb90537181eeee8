/** What a file is as an object, and how it is opened. */
import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { NotFoundError } from '@sdk/common';
import { DEFAULT_CONTENT_TYPE } from '../../metadata.js';
import type { StorageObject } from '../../models.js';
import { containerPath, objectPath, segmentsOf } from './location.js';
import { readSidecar } from './sidecar.js';
import type { Sidecar } from './sidecar.js';
import { isMissing, throwSystemError } from './system-errors.js';

/** An open file and what it is; whoever gets it closes it. */
export interface OpenObject {
  readonly handle: FileHandle;
  readonly object: StorageObject;
}

// O_NONBLOCK: to open a named pipe would wait for its writer. Windows has neither of the two.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file first and then asks what it is, so that what is said of it and its bytes belong together.
 * @throws NotFoundError for a container or object that is not there.
 */
export async function openObject(
  root: string,
  container: string,
  name: string,
): Promise<OpenObject> {
  const segments = segmentsOf(name);
  const what = `Reading ${JSON.stringify(name)}`;
  const directory = await containerPath(root, container);
  let handle: FileHandle;
  try {
    handle = await open(await objectPath(directory, segments), FLAGS);
  } catch (error) {
    if (isMissing(error)) throw absent(name);
    throwSystemError(error, what);
  }
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw absent(name);
    return { handle, object: await objectOf(root, container, name, stat) };
  } catch (error) {
    await handle.close();
    throwSystemError(error, what);
  }
}

/** The object that a file is, with what is kept of it beside its bytes. */
export async function objectOf(
  root: string,
  container: string,
  name: string,
  stat: BigIntStats,
): Promise<StorageObject> {
  return modelOf(name, stat, await readSidecar(root, container, name, stat));
}

/** The model of an object. */
export function modelOf(
  name: string,
  stat: BigIntStats,
  sidecar: Sidecar | undefined,
): StorageObject {
  return {
    kind: 'object',
    name,
    sizeBytes: Number(stat.size),
    // A file that was put there by other means has no MD5 at hand; its identity changes whenever it does.
    etag: sidecar?.etag ?? [stat.ino, stat.size, stat.mtimeNs].map((n) => n.toString(16)).join('-'),
    modifiedAt: new Date(Number(stat.mtimeMs)).toISOString(),
    contentType: sidecar?.contentType ?? DEFAULT_CONTENT_TYPE,
    metadata: sidecar?.metadata ?? {},
    raw: {
      inode: String(stat.ino),
      modifiedNs: String(stat.mtimeNs),
      described: sidecar !== undefined,
    },
  };
}

function absent(name: string): NotFoundError {
  return new NotFoundError(`There is no object ${JSON.stringify(name)}`, {
    status: 404,
    providerCode: 'NoSuchObject',
  });
}
