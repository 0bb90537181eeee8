import { createHash } from 'node:crypto';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';

/** One file that goes into the archive. */
export interface TreeFile {
  /** Its name in the archive, with forward slashes. */
  readonly name: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly modifiedAt: Date;
}

/** What goes into the archive, and how much of it is the repository's own. */
export interface Tree {
  readonly files: readonly TreeFile[];
  readonly ownFiles: number;
  readonly ownBytes: number;
  /** The folder that filled the archive up, with what it gave; absent where the tree alone was large enough. */
  readonly added?: { readonly from: string; readonly files: number; readonly bytes: number };
}

/** An archive on its way: read the stream, then ask for what went through it. */
export interface TarStream {
  readonly stream: Readable;
  /** Bytes and SHA-256 (hex) of what has been read from the stream so far. */
  sums(): { readonly bytes: number; readonly sha256: string };
}

const notOurs = new Set(['node_modules', 'dist', '.git', '.cache', 'coverage']);

async function filesBelow(folder: string, prefix: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (notOurs.has(entry.name)) continue;
    const file = path.join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesBelow(file, `${name}/`)));
    if (!entry.isFile()) continue;
    const { size, mode, mtime } = await stat(file);
    files.push({ name, file, sizeBytes: size, mode: mode & 0o777, modifiedAt: mtime });
  }
  return files;
}

function sum(files: readonly TreeFile[]): number {
  return files.reduce((bytes, file) => bytes + file.sizeBytes, 0);
}

/**
 * Lists the repository's own files, and fills up from the installed TypeScript compiler (the largest thing that the
 * repository is built with) where they alone do not make an archive of `atLeastBytes`.
 */
export async function repositoryTree(root: string, atLeastBytes: number): Promise<Tree> {
  const own = await filesBelow(root, '');
  const tree = { ownFiles: own.length, ownBytes: sum(own) };
  if (tree.ownBytes >= atLeastBytes) return { files: own, ...tree };
  const from = 'node_modules/typescript/lib';
  const filling: TreeFile[] = [];
  for (const file of await filesBelow(await realpath(path.join(root, from)), `${from}/`)) {
    if (tree.ownBytes + sum(filling) >= atLeastBytes) break;
    filling.push(file);
  }
  const added = { from, files: filling.length, bytes: sum(filling) };
  return { files: [...own, ...filling], ...tree, added };
}

/** Packs the files as a tar that is made while it is read, so that nobody knows its length beforehand. */
export function tarOf(files: readonly TreeFile[]): TarStream {
  const hash = createHash('sha256');
  let bytes = 0;
  const archive = pack();

  async function fill(): Promise<void> {
    for (const { name, file, mode, modifiedAt } of files) {
      // Read whole, so that a file that grows meanwhile cannot break the archive's framing.
      const content = await readFile(file);
      await new Promise<void>((resolve, reject) => {
        archive.entry({ name, mode, mtime: modifiedAt }, content, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    }
    archive.finalize();
  }

  async function* counted(): AsyncGenerator<Buffer> {
    fill().catch((error: unknown) => archive.destroy(error as Error));
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }

  return {
    stream: Readable.from(counted(), { objectMode: false }),
    sums: () => ({ bytes, sha256: hash.copy().digest('hex') }),
  };
}
