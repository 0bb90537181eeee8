/**
 * What a file cannot say of its object: content type, metadata, etag. Kept in a file of its own, whose name carries the
 * identity (inode and time of change) of the very file it describes. So it can be written before that file appears, and
 * one that belongs to an earlier file, or to one that was edited from outside, is never taken for it.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { CONTROL_DIRECTORY } from './location.js';
import { isMissing } from './system-errors.js';

/** What is kept of an object beside its bytes. */
export interface Sidecar {
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** MD5 of the bytes, in hex. */
  readonly etag: string;
}

/** The directory with the sidecars of one container. */
export function sidecarDirectory(root: string, container: string): string {
  return path.join(root, CONTROL_DIRECTORY, 'objects', container);
}

function prefixOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 40);
}

function fileOf(root: string, container: string, name: string, stat: BigIntStats): string {
  const identity = `${stat.ino}-${stat.mtimeNs}-${stat.size}`;
  return path.join(sidecarDirectory(root, container), `${prefixOf(name)}.${identity}.json`);
}

/** The sidecar of exactly this file; `undefined` where it was put there by other means. */
export async function readSidecar(
  root: string,
  container: string,
  name: string,
  stat: BigIntStats,
): Promise<Sidecar | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(root, container, name, stat), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return JSON.parse(text) as Sidecar;
}

/** Writes the sidecar of a file that is about to appear under its name. */
export async function writeSidecar(
  root: string,
  container: string,
  stat: BigIntStats,
  sidecar: Sidecar,
): Promise<void> {
  await mkdir(sidecarDirectory(root, container), { recursive: true });
  const handle = await open(fileOf(root, container, sidecar.name, stat), 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(sidecar));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the sidecar of a file that never appeared. */
export async function removeSidecar(
  root: string,
  container: string,
  name: string,
  stat: BigIntStats,
): Promise<void> {
  await rm(fileOf(root, container, name, stat), { force: true });
}
