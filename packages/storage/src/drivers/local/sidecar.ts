/**
 * What a file cannot say of its object: content type, metadata, etag. Kept in a file of its own, whose name carries the
 * identity (inode and time of change) of the very file it describes. So it can be written before that file appears, and
 * one that belongs to an earlier file, or to one that was edited from outside, is never taken for it. Those of one
 * object share a directory, so that what became of them all is seen at a glance.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { IntegrityError } from '@sdk/common';
import { controlPath } from './control.js';
import { isMissing, systemCode } from './system-errors.js';

/** What is kept of an object beside its bytes. */
export interface Sidecar {
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** MD5 of the bytes, in hex. */
  readonly etag: string;
}

// Windows knows no O_NOFOLLOW.
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const READ = constants.O_RDONLY | NOFOLLOW;
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NOFOLLOW;
/** Another call may remove an empty directory between its making and its use. */
const OPEN_TRIES = 20;

/** The directory with the sidecars of one container. @throws PermissionError where it is behind a symbolic link. */
export function sidecarDirectory(root: string, container: string): Promise<string> {
  return controlPath(root, 'objects', container);
}

/** The directory of unfinished uploads. @throws PermissionError where it is behind a symbolic link. */
export function uploadsDirectory(root: string): Promise<string> {
  return controlPath(root, 'uploads');
}

function directoryOf(root: string, container: string, name: string): Promise<string> {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 40);
  return controlPath(root, 'objects', container, hash);
}

function fileOf(stat: BigIntStats): string {
  return `${stat.ino}-${stat.mtimeNs}-${stat.size}.json`;
}

/**
 * The sidecar of exactly this file; `undefined` where it was put there by other means.
 * @throws IntegrityError where the sidecar is not as it was written.
 */
export async function readSidecar(
  root: string,
  container: string,
  name: string,
  stat: BigIntStats,
): Promise<Sidecar | undefined> {
  const file = path.join(await directoryOf(root, container, name), fileOf(stat));
  let handle: FileHandle;
  try {
    handle = await open(file, READ);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return parsed(await handle.readFile('utf8'), name, file);
  } finally {
    await handle.close();
  }
}

function parsed(text: string, name: string, file: string): Sidecar {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below: what the parser quotes of the file is no help.
  }
  const { contentType, metadata, etag } = (value ?? {}) as Partial<Record<keyof Sidecar, unknown>>;
  const whole =
    typeof contentType === 'string' &&
    typeof etag === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    Object.values(metadata).every((each) => typeof each === 'string');
  if (whole) return value as Sidecar;
  throw new IntegrityError(
    `The metadata of ${JSON.stringify(name)} is not as it was written: ${file} is broken`,
    { hint: 'Remove that file, and the object is served without its metadata.' },
  );
}

/** Writes the sidecar of a file that is about to appear under its name. */
export async function writeSidecar(
  root: string,
  container: string,
  stat: BigIntStats,
  sidecar: Sidecar,
): Promise<void> {
  const directory = await directoryOf(root, container, sidecar.name);
  const handle = await openNew(directory, fileOf(stat));
  try {
    await handle.writeFile(JSON.stringify(sidecar));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openNew(directory: string, file: string): Promise<FileHandle> {
  for (let tries = 1; ; tries += 1) {
    try {
      // A recursive mkdir, too, fails where what it found is removed while it looks.
      await mkdir(directory, { recursive: true });
      return await open(path.join(directory, file), WRITE, 0o600);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || tries === OPEN_TRIES) throw error;
    }
  }
}

/**
 * Removes the sidecars that describe neither the object's file as it is now, nor one that is about to take its place.
 * Of many writers at once none knows which file it replaced; the last of them leaves one sidecar.
 * @param target the path of the object's file
 */
export async function sweepSidecars(
  root: string,
  container: string,
  name: string,
  target: string,
): Promise<void> {
  const directory = await directoryOf(root, container, name);
  // In this order: a file goes from the uploads to its name, so one that is in neither place after it was described is gone.
  const described = await entriesOf(directory);
  if (described.length === 0) return removeIfEmpty(directory);
  const first = await identityOf(target);
  if (described.length === 1 && described[0] === first) return;
  const uploads = await uploadsDirectory(root);
  const kept = new Set<string | undefined>();
  for (const upload of await entriesOf(uploads))
    kept.add(await identityOf(path.join(uploads, upload)));
  kept.add(await identityOf(target));
  for (const file of described) {
    if (!kept.has(file)) await rm(path.join(directory, file), { force: true });
  }
  await removeIfEmpty(directory);
}

/** What is in a directory; nothing where it is missing. */
export async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function identityOf(file: string): Promise<string | undefined> {
  try {
    return fileOf(await lstat(file, { bigint: true }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isMissing(error)) throw error;
  }
}
