import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { repositoryTree, tarOf } from '../src/tree.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sdk-demo-tree-'));
  for (const [name, text] of [
    ['a/b.txt', 'bee'],
    ['c.txt', 'x'.repeat(1000)],
    ['node_modules/typescript/lib/lib.d.ts', 'y'.repeat(5000)],
    ['node_modules/typescript/lib/more.js', 'z'.repeat(5000)],
    ['a/dist/built.js', 'built'],
    ['.git/HEAD', 'ref'],
  ] as const) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
});
afterAll(() => rm(root, { recursive: true }));

describe('the archive of the tree', () => {
  test('holds the own files and nothing that was installed or built', async () => {
    const tree = await repositoryTree(root, 1000);
    expect(tree.files.map((file) => file.name)).toEqual(['a/b.txt', 'c.txt']);
    expect(tree).toMatchObject({ ownFiles: 2, ownBytes: 1003 });
    expect(tree.added).toBeUndefined();
  });

  test('is filled up from the compiler, and says with how much', async () => {
    const tree = await repositoryTree(root, 6000);
    expect(tree.added).toEqual({ from: 'node_modules/typescript/lib', files: 1, bytes: 5000 });
    expect(tree.files.at(-1)?.name).toBe('node_modules/typescript/lib/lib.d.ts');
  });

  test('is a tar that reads back, with the sums of exactly what was read', async () => {
    const { files } = await repositoryTree(root, 1000);
    const tar = tarOf(files);
    const bytes = await buffer(tar.stream);
    expect(tar.sums()).toEqual({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const found: Record<string, string> = {};
    const reading = extract();
    Readable.from([bytes]).pipe(reading);
    for await (const entry of reading) {
      found[entry.header.name] = (await buffer(entry)).toString();
    }
    expect(found).toEqual({ 'a/b.txt': 'bee', 'c.txt': 'x'.repeat(1000) });
  });

  test('fails where a file went away, and does not end as if whole', async () => {
    const { files } = await repositoryTree(root, 1000);
    const gone = files.map((file) => ({ ...file, file: `${file.file}.gone` }));
    await expect(buffer(tarOf(gone).stream)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
