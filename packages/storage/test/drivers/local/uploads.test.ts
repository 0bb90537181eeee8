/** Uploads whose source, container or neighbours fail them, and what killed ones have left. */
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LocalStorage } from '@sdk/storage/drivers/local';

let root: string;
let storage: LocalStorage;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sdk-local-'));
  storage = new LocalStorage({ root });
  await storage.createContainer('box');
});

afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

test.each(['ECONNRESET', 'EACCES', 'ENOENT', 'EEXIST'])(
  "a source's own %s comes back as it is, though the disk fails in the same words",
  async (code) => {
    const error = Object.assign(new Error(`read ${code}`), { code, syscall: 'read' });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw error;
    }
    await expect(storage.putObject('box', 'a/b', broken())).rejects.toBe(error);
    const opened = storage.putObject('box', 'a/b', () => {
      throw error;
    });
    await expect(opened).rejects.toBe(error);
    const onProgress = () => {
      throw error;
    };
    await expect(storage.putObject('box', 'a/b', 'x', { onProgress })).rejects.toBe(error);
    const controller = new AbortController();
    async function* aborting(): AsyncGenerator<Uint8Array> {
      controller.abort(error);
      yield Buffer.from('x');
    }
    const { signal } = controller;
    await expect(storage.putObject('box', 'a/b', aborting(), { signal })).rejects.toBe(error);
    expect(await readdir(path.join(root, 'box'))).toEqual([]);
  },
);

test.each(['flat', 'nested/x', 'deep/er/x'])(
  'an upload of %j to a container that is deleted meanwhile is a NotFoundError',
  async (name) => {
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      await storage.deleteContainer('box');
      yield Buffer.from(' and half');
    }
    await expect(storage.putObject('box', name, slow())).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
      providerCode: 'NoSuchContainer',
    });
    expect(await readdir(path.join(root, '.sdk-storage', 'uploads'))).toEqual([]);
  },
);

test('an upload and a deletion of one name at once both succeed, round after round', async () => {
  for (let round = 0; round < 120; round += 1) {
    const put = storage.putObject('box', 'dir/x', 'v');
    await Promise.all([put, storage.deleteObject('box', 'dir/x')]);
  }
  await storage.deleteObject('box', 'dir/x');
  expect(await readdir(path.join(root, 'box'))).toEqual([]);
});

test('an upload removes what a killed process left a day ago, and nothing newer', async () => {
  const uploads = path.join(root, '.sdk-storage', 'uploads');
  await mkdir(uploads, { recursive: true });
  for (const [name, hours] of [
    ['old', 25],
    ['new', 23],
  ] as const) {
    const file = path.join(uploads, name);
    await writeFile(file, 'half');
    const at = new Date(Date.now() - hours * 60 * 60 * 1000);
    await utimes(file, at, at);
  }
  await storage.putObject('box', 'x', 'v');
  expect(await readdir(uploads)).toEqual(['new']);
});
