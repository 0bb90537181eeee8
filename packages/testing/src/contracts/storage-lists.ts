import type { ListObjectsOptions } from '@sdk/storage';
import { collect } from './runner.js';
import type { StorageBench } from './storage-bench.js';

/** In the order of their bytes. */
const NAMES = ['A', 'a-b', 'a.txt', 'a/1', 'a/2/x', 'a/2/y', 'a0', 'b/1', 'c'];
/** Theirs is not JavaScript's: U+FFE0 comes before U+1F600. */
const BEYOND_ASCII = ['Ä', '\uffe0', '😀'];

/** Lists of objects: order, prefixes, where they begin. */
export function testLists(bench: StorageBench): void {
  const { expect, expectCode, expectPlain, has, inContainer } = bench;
  const all = has('unusualNames') ? NAMES : [...NAMES, ...BEYOND_ASCII];

  inContainer(
    'a list has every object once, in the order of the bytes of the names',
    async (driver, container) => {
      for (const name of [...all].reverse()) await driver.putObject(container, name, name);
      const objects = await collect(driver.listObjects(container));
      expect(objects.map(({ name }) => name)).toEqual(all);
      for (const object of objects) {
        expectPlain(object);
        expect(object.kind).toBe('object');
        expect(object.sizeBytes).toBe(Buffer.byteLength(object.name));
        expect(object.modifiedAt).toBe(new Date(object.modifiedAt).toISOString());
      }
      const { etag } = await driver.headObject(container, 'c');
      expect(objects.find(({ name }) => name === 'c')?.etag).toBe(etag);

      const listed = async (options: ListObjectsOptions): Promise<string[]> =>
        (await collect(driver.listObjects(container, options))).map(({ kind, name }) =>
          kind === 'prefix' ? `${name}*` : name,
        );
      expect(await listed({ prefix: 'a/' })).toEqual(['a/1', 'a/2/x', 'a/2/y']);
      expect(await listed({ prefix: 'a' })).toEqual([
        'a-b',
        'a.txt',
        'a/1',
        'a/2/x',
        'a/2/y',
        'a0',
      ]);
      expect(await listed({ prefix: 'none' })).toEqual([]);
      expect(await listed({ startAfter: 'a/2/x', prefix: 'a' })).toEqual(['a/2/y', 'a0']);
      expect(await listed({ startAfter: 'a/15', prefix: 'a/' })).toEqual(['a/2/x', 'a/2/y']);
      expect(await listed({ delimiter: '/', prefix: 'a' })).toEqual(['a-b', 'a.txt', 'a/*', 'a0']);
      expect(await listed({ delimiter: '-', prefix: 'a' })).toEqual([
        'a-*',
        'a.txt',
        'a/1',
        'a/2/x',
        'a/2/y',
        'a0',
      ]);
      expect(await listed({ delimiter: '/', prefix: 'a/' })).toEqual(['a/1', 'a/2/*']);
      expect(await listed({ delimiter: '/', prefix: 'a/', startAfter: 'a/1' })).toEqual(['a/2/*']);
      expect(await listed({ delimiter: '/', startAfter: 'a0', prefix: 'b' })).toEqual(['b/*']);
      expect(await listed({ delimiter: '/', startAfter: 'a/', prefix: 'a' })).toEqual(['a0']);
    },
  );

  inContainer('an empty container has an empty list', async (driver, container) => {
    expect(await collect(driver.listObjects(container))).toEqual([]);
    expect(await collect(driver.listObjects(container, { delimiter: '/' }))).toEqual([]);
  });

  inContainer('a list may be left before its end', async (driver, container) => {
    for (const name of ['a', 'b', 'c']) await driver.putObject(container, name, name);
    const seen: string[] = [];
    for await (const { name } of driver.listObjects(container)) {
      seen.push(name);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['a', 'b']);
  });

  inContainer('a filter that can be none is a ConfigurationError', async (driver, container) => {
    for (const options of [{ prefix: 5 }, { delimiter: null }, { startAfter: 'a\0' }]) {
      const wrong = options as unknown as ListObjectsOptions;
      await expectCode(collect(driver.listObjects(container, wrong)), 'SDK_CONFIGURATION');
    }
  });
}
