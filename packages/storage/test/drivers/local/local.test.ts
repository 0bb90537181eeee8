import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { until } from '@sdk/testing';

let base: string;
let root: string;
let storage: LocalStorage;

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'sdk-local-'));
  root = path.join(base, 'root');
  storage = new LocalStorage({ root });
  await storage.createContainer('box');
});

afterEach(async () => {
  await storage.close();
  await rm(base, { recursive: true, force: true });
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it succeeded',
    (error: { code?: unknown }) => error.code,
  );

const names = async (): Promise<string[]> => {
  const all: string[] = [];
  for await (const { name } of storage.listObjects('box')) all.push(name);
  return all;
};

const leftovers = (): Promise<string[]> =>
  readdir(path.join(root, '.sdk-storage', 'uploads')).catch(() => []);
/** Files of the test's own directory that this process holds open. */
const openFiles = async (): Promise<number> => {
  const links = await readdir('/proc/self/fd');
  let open = 0;
  for (const link of links) {
    const target = await import('node:fs/promises')
      .then(({ readlink }) => readlink(`/proc/self/fd/${link}`))
      .catch(() => '');
    if (target.startsWith(base)) open += 1;
  }
  return open;
};

describe('nothing outside the root is read, written or deleted', () => {
  test.each([
    '../secret',
    'a/../../secret',
    '/etc/passwd',
    '..',
    'a/..',
    './x',
    'a//b',
    'a/',
    'a\0b',
  ])('by the name %j', async (name) => {
    await writeFile(path.join(base, 'secret'), 'outside');
    expect(await codeOf(storage.getObject('box', name))).toBe('SDK_CONFIGURATION');
    expect(await codeOf(storage.headObject('box', name))).toBe('SDK_CONFIGURATION');
    expect(await codeOf(storage.putObject('box', name, 'x'))).toBe('SDK_CONFIGURATION');
    expect(await codeOf(storage.deleteObject('box', name))).toBe('SDK_CONFIGURATION');
    const box = { container: 'box', name: 'x' };
    expect(await codeOf(storage.copyObject(box, { container: 'box', name }))).toBe(
      'SDK_CONFIGURATION',
    );
    expect(await readFile(path.join(base, 'secret'), 'utf8')).toBe('outside');
  });

  test.each(['..', '.', 'a/b', '../x', '.sdk-storage', 'a\\b'])(
    'by the container %j',
    async (name) => {
      expect(await codeOf(storage.getContainer(name))).toBe('SDK_CONFIGURATION');
      expect(await codeOf(storage.createContainer(name))).toBe('SDK_CONFIGURATION');
      expect(await codeOf(storage.putObject(name, 'x', 'y'))).toBe('SDK_CONFIGURATION');
    },
  );

  test('by a symbolic link, to a file, to a directory, or in the place of a container', async () => {
    const outside = path.join(base, 'outside');
    await mkdir(outside);
    await writeFile(path.join(outside, 'secret'), 'outside');
    await symlink(path.join(outside, 'secret'), path.join(root, 'box', 'file'));
    await symlink(outside, path.join(root, 'box', 'dir'));
    await symlink(outside, path.join(root, 'linked'));
    for (const name of ['file', 'dir/secret', 'dir/new']) {
      expect(await codeOf(storage.getObject('box', name))).toBe('SDK_PERMISSION');
      expect(await codeOf(storage.putObject('box', name, 'changed'))).toBe('SDK_PERMISSION');
      expect(await codeOf(storage.deleteObject('box', name))).toBe('SDK_PERMISSION');
    }
    expect(await names()).toEqual([]);
    expect(await codeOf(storage.getObject('linked', 'secret'))).toBe('SDK_NOT_FOUND');
    expect(await codeOf(storage.deleteContainer('linked'))).toBe('SDK_NOT_FOUND');
    const containers: string[] = [];
    for await (const { name } of storage.listContainers()) containers.push(name);
    expect(containers).toEqual(['box']);
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('outside');
    expect(await codeOf(storage.deleteContainer('box'))).toBe('SDK_CONFLICT');
  });

  test.each([
    ['.sdk-storage', []],
    ['.sdk-storage/uploads', ['.sdk-storage']],
    ['.sdk-storage/objects', ['.sdk-storage']],
    ['.sdk-storage/objects/box', ['.sdk-storage/objects']],
  ])('by a symbolic link in the place of %s', async (link, parents) => {
    const outside = path.join(base, 'outside');
    await mkdir(path.join(outside, 'uploads'), { recursive: true });
    await writeFile(path.join(root, 'box', 'there'), 'x');
    for (const parent of parents) await mkdir(path.join(root, parent), { recursive: true });
    await symlink(outside, path.join(root, link));
    expect(await codeOf(storage.putObject('box', 'x', 'y'))).toBe('SDK_PERMISSION');
    if (link !== '.sdk-storage/uploads') {
      expect(await codeOf(storage.headObject('box', 'there'))).toBe('SDK_PERMISSION');
      expect(await codeOf(storage.deleteObject('box', 'there'))).toBe('SDK_PERMISSION');
      await rm(path.join(root, 'box', 'there'));
      expect(await codeOf(storage.deleteContainer('box'))).toBe('SDK_PERMISSION');
    }
    expect(await readdir(outside, { recursive: true })).toEqual(['uploads']);
  });

  test('by a link that takes the place of a directory while an upload is on its way', async () => {
    const outside = path.join(base, 'outside');
    await mkdir(outside);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('bytes');
      await symlink(outside, path.join(root, 'box', 'dir'));
    }
    expect(await codeOf(storage.putObject('box', 'dir/new', body()))).toBe('SDK_PERMISSION');
    expect(await readdir(outside)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });
});

describe('an upload', () => {
  test('is seen whole or not at all', async () => {
    await storage.putObject('box', 'x', 'before');
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      expect(await readFile(path.join(root, 'box', 'x'), 'utf8')).toBe('before');
      expect(await leftovers()).toHaveLength(1);
      yield Buffer.from(' and half');
    }
    await storage.putObject('box', 'x', slow());
    expect(await readFile(path.join(root, 'box', 'x'), 'utf8')).toBe('half and half');
    expect(await leftovers()).toEqual([]);
  });

  test('that fails leaves no file, no metadata and no descriptor, and ends its source', async () => {
    const source = Readable.from([Buffer.from('x')]);
    expect(await codeOf(storage.putObject('absent', 'x', source))).toBe('SDK_NOT_FOUND');
    expect(source.destroyed).toBe(true);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('broken');
    }
    await expect(storage.putObject('box', 'a/b/c', broken())).rejects.toThrow('broken');
    expect(await readdir(path.join(root, 'box'))).toEqual([]);
    expect(await leftovers()).toEqual([]);
    expect(await openFiles()).toBe(0);
  });

  test('with ifNoneMatch is stored by one of many at once', async () => {
    const all = Array.from({ length: 12 }, (_, index) =>
      codeOf(
        storage.putObject('box', 'race', Readable.from([`writer ${index}`]), { ifNoneMatch: '*' }),
      ),
    );
    const results = await Promise.all(all);
    expect(results.filter((code) => code === 'it succeeded')).toHaveLength(1);
    expect(results.filter((code) => code === 'SDK_PRECONDITION')).toHaveLength(11);
    const { object, body } = await storage.getObject('box', 'race');
    expect((await text(body)).length).toBe(object.sizeBytes);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(path.join(root, '.sdk-storage', 'objects', 'box'))).toHaveLength(1);
  });

  test('beside deletions in the same directory always finds its place', async () => {
    const rounds = Array.from({ length: 30 }, async (_, index) => {
      const name = `deep/er/${index}`;
      await storage.putObject('box', name, 'x');
      await storage.deleteObject('box', name);
    });
    await Promise.all(rounds);
    expect(await readdir(path.join(root, 'box'))).toEqual([]);
  });

  test('of a name that is a directory, or below one that is a file, is a ConflictError', async () => {
    await storage.putObject('box', 'a/b', 'x');
    expect(await codeOf(storage.putObject('box', 'a', 'x'))).toBe('SDK_CONFLICT');
    expect(await codeOf(storage.putObject('box', 'a/b/c', 'x'))).toBe('SDK_CONFLICT');
    expect(await codeOf(storage.headObject('box', 'a'))).toBe('SDK_NOT_FOUND');
    expect(await codeOf(storage.getObject('box', 'a/b/c'))).toBe('SDK_NOT_FOUND');
    await storage.deleteObject('box', 'a');
    expect(await names()).toEqual(['a/b']);
  });
});

describe('metadata', () => {
  const sidecars = async (): Promise<string[]> => {
    const below = path.join(root, '.sdk-storage', 'objects', 'box');
    const all = await readdir(below, { recursive: true }).catch(() => []);
    return all.filter((file) => file.endsWith('.json')).map((file) => path.join(below, file));
  };

  test('of many uploads of one name at once stays for the last alone, and goes with it', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        storage.putObject('box', 'x', `writer ${index}`, { metadata: { by: String(index) } }),
      ),
    );
    const { object, body } = await storage.getObject('box', 'x');
    expect(await text(body)).toBe(`writer ${object.metadata['by']}`);
    expect(await sidecars()).toHaveLength(1);
    await storage.deleteObject('box', 'x');
    expect(await readdir(path.join(root, '.sdk-storage', 'objects', 'box'))).toEqual([]);
  });

  test.each(['{"contentType":', 'null', '{"contentType":"a/b","etag":"x","metadata":{"a":1}}'])(
    'that is broken (%j) is an IntegrityError that names its file',
    async (broken) => {
      await storage.putObject('box', 'x', 'bytes');
      const [file = ''] = await sidecars();
      await writeFile(file, broken);
      await expect(storage.headObject('box', 'x')).rejects.toMatchObject({
        code: 'SDK_INTEGRITY',
        message: expect.stringContaining(file) as unknown as string,
      });
      await rm(file);
      expect((await storage.headObject('box', 'x')).metadata).toEqual({});
    },
  );
});

test('deleteObjects with a name that no tree can hold deletes nothing', async () => {
  await storage.putObject('box', 'a', 'x');
  expect(await codeOf(storage.deleteObjects('box', ['a', 'b/']))).toBe('SDK_CONFIGURATION');
  expect(await names()).toEqual(['a']);
});

describe('a download', () => {
  test('keeps to the bytes it began with while the object is replaced', async () => {
    await storage.putObject('box', 'x', Buffer.alloc(300_000, 'a'));
    const { object, body } = await storage.getObject('box', 'x');
    await storage.putObject('box', 'x', Buffer.alloc(100, 'b'));
    const read = await text(body);
    expect(read).toBe('a'.repeat(object.sizeBytes));
  });

  test('that is destroyed, aborted, left unread or refused holds no descriptor', async () => {
    await storage.putObject('box', 'x', Buffer.alloc(300_000, 'a'));
    const controller = new AbortController();
    const unread = await storage.getObject('box', 'x');
    const aborted = await storage.getObject('box', 'x', { signal: controller.signal });
    aborted.body.on('error', () => {});
    const half = await storage.getObject('box', 'x');
    for await (const chunk of half.body) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    unread.body.destroy();
    controller.abort();
    await expect(
      storage.getObject('box', 'x', { range: { start: 300_000 } }),
    ).rejects.toMatchObject({ status: 416 });
    await expect(storage.getObject('box', 'x', { ifMatch: 'other' })).rejects.toMatchObject({
      status: 412,
    });
    await until(async () => (await openFiles()) === 0, 'no descriptor was left');
  });

  test('that is aborted, or out of time, before anybody listens tells so to who reads later', async () => {
    await storage.putObject('box', 'x', Buffer.alloc(300_000, 'a'));
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = await storage.getObject('box', 'x', { signal });
    const late = await storage.getObject('box', 'x', { timeouts: { totalMs: 5 } });
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await until(() => late.body.destroyed, 'the total has passed');
    await until(async () => (await openFiles()) === 0, 'no descriptor was left');
    await expect(text(aborted.body)).rejects.toBe(reason);
    await expect(text(late.body)).rejects.toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
  });

  test.each([false, true])(
    'of a file that becomes shorter is an error, not a shorter object (resume: %j)',
    async (resume) => {
      await storage.putObject('box', 'x', Buffer.alloc(300_000, 'a'));
      const { body } = await storage.getObject('box', 'x', { resume });
      await writeFile(path.join(root, 'box', 'x'), 'short');
      await expect(text(body)).rejects.toMatchObject({ code: 'SDK_CONNECTION' });
    },
  );

  test('of a named pipe does not wait for its writer', async () => {
    execFileSync('mkfifo', [path.join(root, 'box', 'pipe')]);
    expect(await codeOf(storage.getObject('box', 'pipe'))).toBe('SDK_NOT_FOUND');
    expect(await names()).toEqual([]);
  });
});

describe('a tree that others wrote', () => {
  test('is served, with an etag that changes with each file', async () => {
    const file = path.join(root, 'box', 'by', 'hand.txt');
    await mkdir(path.dirname(file));
    await writeFile(file, 'by hand');
    const first = await storage.headObject('box', 'by/hand.txt');
    expect(first).toMatchObject({
      sizeBytes: 7,
      contentType: 'application/octet-stream',
      metadata: {},
    });
    await writeFile(file, 'by hand again');
    const second = await storage.headObject('box', 'by/hand.txt');
    expect(second.etag).not.toBe(first.etag);
    expect(await names()).toEqual(['by/hand.txt']);
    const { body } = await storage.getObject('box', 'by/hand.txt', { ifMatch: second.etag });
    expect(await text(body)).toBe('by hand again');
  });

  test('does not take the metadata of a file that was edited or replaced from outside', async () => {
    const options = { contentType: 'text/plain', metadata: { by: 'us' } };
    const { etag } = await storage.putObject('box', 'x', 'ours', options);
    const file = path.join(root, 'box', 'x');
    const { mtime } = await stat(file);
    await writeFile(`${file}.new`, 'them');
    await utimes(`${file}.new`, mtime, mtime);
    await rename(`${file}.new`, file);
    const found = await storage.headObject('box', 'x');
    expect(found.metadata).toEqual({});
    expect(found.etag).not.toBe(etag);
  });

  test('keeps metadata in lists', async () => {
    await storage.putObject('box', 'x', 'ours', {
      contentType: 'text/plain',
      metadata: { by: 'us' },
    });
    const listed = (await storage.listObjects('box').next()).value;
    expect(listed).toMatchObject({ contentType: 'text/plain', metadata: { by: 'us' } });
  });
});

describe('a wrong root is a ConfigurationError:', () => {
  test.each([undefined, null, '', 5, 'a\0b'])('%j', (wrong) => {
    expect(() => new LocalStorage({ root: wrong as string })).toThrow(/root is/);
  });

  test('and one that is missing has no containers', async () => {
    const missing = new LocalStorage({ root: path.join(base, 'missing') });
    expect(await missing.listContainers().next()).toEqual({ done: true, value: undefined });
    expect(await codeOf(missing.getContainer('x'))).toBe('SDK_NOT_FOUND');
    await missing.close();
    expect(await codeOf(missing.getContainer('x'))).toBe('SDK_CONFIGURATION');
  });

  test('and one that is a file is told by what failed', async () => {
    await writeFile(path.join(base, 'file'), '');
    const file = new LocalStorage({ root: path.join(base, 'file') });
    expect(await codeOf(file.createContainer('x'))).toBe('SDK_CONFLICT');
  });
});

test('request() is refused, since nothing is sent', async () => {
  expect(await codeOf(storage.request({ method: 'GET', path: '/' }))).toBe('SDK_UNSUPPORTED');
  expect(storage.capabilities.presign).toBe(false);
  expect(storage.capabilities.limitations.presign?.source).toContain('local.md');
});
