/** Storing a file whole or not at all: written aside, synced, then moved to its name in one step. */
import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ConflictError, PreconditionError } from '@sdk/common';
import { checkedContentType, checkedMetadata, DEFAULT_CONTENT_TYPE } from '../../metadata.js';
import type { StorageObject } from '../../models.js';
import type { PutObjectOptions } from '../../storage-driver.js';
import { containerPath, objectPath, segmentsOf } from './location.js';
import { modelOf } from './read.js';
import { sidecarDirectory, sweepSidecars, uploadsDirectory, writeSidecar } from './sidecar.js';
import { isMissing, systemCode, throwSystemError } from './system-errors.js';

/** Where an object is to be stored. */
export interface Place {
  readonly root: string;
  readonly container: string;
  readonly name: string;
}

/** The bytes of an object on their way to the disk. */
export interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly totalBytes: number | undefined;
}

/** What is to be stored, and where. */
interface FileWrite extends Place {
  readonly segments: readonly string[];
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Fail where a file of that name exists. */
  readonly mustBeNew: boolean;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What was stored. */
interface FileWritten {
  readonly stat: BigIntStats;
  readonly etag: string;
}

/** Another call may remove an empty directory between its making and its use. */
const MOVE_TRIES = 20;

/** What the caller's own source, `onProgress` or signal threw. It may look like a failure of the disk, and is none. */
class CallerFailure extends Error {
  override readonly name = 'CallerFailure';

  constructor(cause: unknown) {
    super('what the caller gave failed', { cause });
  }
}

/** Stores an object. Whatever fails, nothing of it is left and what was there before stays. */
export async function writeObject(
  place: Place,
  { chunks, totalBytes }: Source,
  options: PutObjectOptions,
): Promise<StorageObject> {
  const { name } = place;
  const contentType = checkedContentType(options.contentType) ?? DEFAULT_CONTENT_TYPE;
  const metadata = checkedMetadata(options.metadata);
  const write: FileWrite = {
    ...place,
    segments: segmentsOf(name),
    contentType,
    metadata,
    mustBeNew: options.ifNoneMatch !== undefined,
    chunks: ofCaller({ chunks, totalBytes }, options),
  };
  try {
    const { stat, etag } = await writeFileWhole(write);
    return modelOf(name, stat, { name, contentType, metadata, etag });
  } catch (error) {
    if (error instanceof CallerFailure) throw error.cause;
    throwSystemError(error, `Writing ${JSON.stringify(name)}`);
  }
}

/** The chunks, and what the caller is told behind each: whatever fails here is not ours to word. */
async function* ofCaller(
  { chunks, totalBytes }: Source,
  { onProgress, signal }: PutObjectOptions,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      yield chunk;
      bytes += chunk.byteLength;
      onProgress?.({ direction: 'up', bytes, totalBytes });
      signal?.throwIfAborted();
    }
  } catch (error) {
    throw new CallerFailure(error);
  }
}

async function writeFileWhole(write: FileWrite): Promise<FileWritten> {
  const { root, container, name } = write;
  const directory = await containerPath(root, container);
  const target = await objectPath(directory, write.segments);
  await checkTarget(target, write);
  await sidecarDirectory(root, container);
  const uploads = await uploadsDirectory(root);
  await mkdir(uploads, { recursive: true });
  const temporary = path.join(uploads, randomUUID());
  try {
    const { stat, etag } = await writeAside(temporary, write);
    const { contentType, metadata } = write;
    await writeSidecar(root, container, stat, { name, contentType, metadata, etag });
    await moveToName(temporary, directory, write);
    return { stat, etag };
  } finally {
    // After a rename there is nothing left of that name; after a link, or a failure, there is.
    await rm(temporary, { force: true });
    // A sidecar that stays harms nothing: it is never taken for another file's.
    await sweepSidecars(root, container, name, target).catch(() => {});
  }
}

async function writeAside(temporary: string, write: FileWrite): Promise<FileWritten> {
  const handle = await open(temporary, 'wx');
  try {
    const md5 = createHash('md5');
    for await (const chunk of write.chunks) {
      md5.update(chunk);
      for (let done = 0; done < chunk.byteLength;) {
        done += (await handle.write(chunk, done)).bytesWritten;
      }
    }
    await handle.sync();
    return { stat: await handle.stat({ bigint: true }), etag: md5.digest('hex') };
  } finally {
    await handle.close();
  }
}

/** Moves the file to its name, so that it stays there whatever happens to the machine. */
async function moveToName(temporary: string, directory: string, write: FileWrite): Promise<void> {
  const target = await moved(temporary, directory, write);
  await syncDirectory(path.dirname(target)).catch((error: unknown) => {
    // Deleted meanwhile, and its directory with it.
    if (!isMissing(error)) throw error;
  });
}

/** The path that the file has now. */
async function moved(temporary: string, directory: string, write: FileWrite): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      const target = await objectPath(directory, write.segments);
      await checkTarget(target, write);
      await makeParents(directory, write);
      // A link fails where the name is taken, a rename replaces it: each in one step.
      if (write.mustBeNew) await link(temporary, target);
      else await rename(temporary, target);
      return target;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST' && write.mustBeNew) throw exists(write.name);
      if (code !== 'ENOENT') throw error;
      // Where it is the container that is gone, this says so.
      await containerPath(write.root, write.container);
      if (tries === MOVE_TRIES) throw error;
    }
  }
}

async function checkTarget(target: string, write: FileWrite): Promise<void> {
  const stat = await lstat(target).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    throw new ConflictError(
      `${JSON.stringify(write.name)} cannot be stored: objects whose names begin with ${JSON.stringify(`${write.name}/`)} exist, and a directory tree holds either a file or a directory of one name`,
      { status: 409, providerCode: 'IsDirectory' },
    );
  }
  if (write.mustBeNew) throw exists(write.name);
}

async function makeParents(directory: string, { segments, name }: FileWrite): Promise<void> {
  let current = directory;
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    current = path.join(current, segment);
    try {
      await mkdir(current);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      if (!(await lstat(current)).isDirectory()) {
        const taken = segments.slice(0, index + 1).join('/');
        throw new ConflictError(
          `${JSON.stringify(name)} cannot be stored: ${JSON.stringify(taken)} is an object, and a directory tree holds either a file or a directory of one name`,
          { status: 409, providerCode: 'NotDirectory' },
        );
      }
    }
  }
}

function exists(name: string): PreconditionError {
  return new PreconditionError(`${JSON.stringify(name)} exists already`, {
    status: 412,
    providerCode: 'AlreadyExists',
  });
}

/** Makes a rename survive a loss of power. Windows cannot open a directory, and needs no such thing. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
