/** What a file is as an object, and how it is opened. */
import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { NotFoundError, PreconditionError, ResponseError } from '@sdk/common';
import { etagOf, ifMatchHeader } from '../../etag.js';
import { DEFAULT_CONTENT_TYPE } from '../../metadata.js';
import type { StorageObject } from '../../models.js';
import { checkedRange } from '../../range.js';
import type { ByteRange } from '../../range.js';
import type { Download, GetObjectOptions } from '../../storage-driver.js';
import { fileBody } from './file-body.js';
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

/**
 * The bytes that a download asks for.
 * @param totalMs of the whole download, until its last byte is read
 * @throws NotFoundError; PreconditionError (`ifMatch`); ResponseError 416 (`range`); the signal's reason.
 */
export async function readObject(
  root: string,
  container: string,
  name: string,
  options: GetObjectOptions,
  totalMs: number | undefined,
): Promise<Download> {
  const range = checkedRange(options.range);
  const ifMatch = options.ifMatch === undefined ? '*' : etagOf(ifMatchHeader(options.ifMatch));
  const { handle, object } = await openObject(root, container, name);
  try {
    if (ifMatch !== '*' && ifMatch !== object.etag) throw anotherEtag(name);
    const extent = extentOf(range, object);
    options.signal?.throwIfAborted();
    return { object, body: fileBody(handle, extent, options, totalMs) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function extentOf(
  range: ByteRange | undefined,
  { name, sizeBytes }: StorageObject,
): { readonly start: number; readonly end: number } {
  const { start, end = sizeBytes } = range ?? { start: 0 };
  if (range === undefined || start < sizeBytes) return { start, end: Math.min(end, sizeBytes) };
  throw new ResponseError(
    `range.start is ${start}, behind the last byte of ${JSON.stringify(name)} (${sizeBytes} bytes)`,
    { status: 416, providerCode: 'InvalidRange' },
  );
}

function anotherEtag(name: string): PreconditionError {
  return new PreconditionError(`${JSON.stringify(name)} has another etag than ifMatch`, {
    status: 412,
    providerCode: 'EtagDiffers',
  });
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
