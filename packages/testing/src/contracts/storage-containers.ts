import type { StorageBench } from './storage-bench.js';
import { collect } from './runner.js';

/** Containers: made, found, listed, deleted. */
export function testContainers(bench: StorageBench): void {
  const { expect, expectCode, expectPlain, freshName, inContainer, on } = bench;

  inContainer('a created container is there, by name and by model', async (driver, container) => {
    expect(typeof container.name).toBe('string');
    expectPlain(container);
    expect((await driver.getContainer(container.name)).name).toBe(container.name);
    const found = await driver.getContainer(container);
    expect(found.name).toBe(container.name);
    expectPlain(found);
  });

  inContainer(
    'a created container is listed once, with a plain model',
    async (driver, { name }) => {
      const listed = (await collect(driver.listContainers())).filter((each) => each.name === name);
      expect(listed.length).toBe(1);
      expectPlain(listed[0]!);
    },
  );

  inContainer('creating a container that exists is a ConflictError', async (driver, { name }) => {
    await expectCode(driver.createContainer(name), 'SDK_CONFLICT');
  });

  inContainer(
    'a container that is not empty stays, with what is in it',
    async (driver, container) => {
      await driver.putObject(container, 'kept', 'bytes');
      await expectCode(driver.deleteContainer(container), 'SDK_CONFLICT');
      expect((await driver.headObject(container, 'kept')).sizeBytes).toBe(5);
    },
  );

  on('a deleted container is gone', async (driver) => {
    const container = await driver.createContainer(freshName());
    await driver.deleteContainer(container);
    await expectCode(driver.getContainer(container), 'SDK_NOT_FOUND');
  });

  on('an absent container is a NotFoundError, whatever is asked of it', async (driver) => {
    const absent = freshName();
    await expectCode(driver.getContainer(absent), 'SDK_NOT_FOUND');
    await expectCode(driver.deleteContainer(absent), 'SDK_NOT_FOUND');
    await expectCode(collect(driver.listObjects(absent)), 'SDK_NOT_FOUND');
    await expectCode(driver.headObject(absent, 'x'), 'SDK_NOT_FOUND');
    await expectCode(driver.getObject(absent, 'x'), 'SDK_NOT_FOUND');
    await expectCode(driver.putObject(absent, 'x', 'bytes'), 'SDK_NOT_FOUND');
    await expectCode(driver.deleteObject(absent, 'x'), 'SDK_NOT_FOUND');
  });

  on('a name that can be none is a ConfigurationError', async (driver) => {
    for (const name of ['', '.', '..', 'a/b', 'a\0b', '../up', 'x'.repeat(300)]) {
      await expectCode(driver.createContainer(name), 'SDK_CONFIGURATION');
      await expectCode(driver.getContainer(name), 'SDK_CONFIGURATION');
      await expectCode(collect(driver.listObjects(name)), 'SDK_CONFIGURATION');
    }
  });
}
