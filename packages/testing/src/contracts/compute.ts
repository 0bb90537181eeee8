import type { OperationCallOptions } from '@sdk/common';
import type { ComputeDriver, CreateNodeSpec, CreateVolumeSpec } from '@sdk/compute';
import { driverBench } from './driver-bench.js';
import { collect, rejection } from './runner.js';
import type { Runner } from './runner.js';

/** What the suite runs on. */
export interface ComputeContract extends Runner {
  /** Opens the driver on an account that the suite may change; called for each test. */
  readonly open: () => Promise<{ readonly driver: ComputeDriver; close(): Promise<void> }>;
  /** A node that can be made there. */
  readonly node: CreateNodeSpec;
  /** The id of a node that was never there. */
  readonly absentNode: string;
  /** A volume that can be made there and attached to such a node. */
  readonly volume: CreateVolumeSpec;
  /** In OpenSSH's form, not known there yet. */
  readonly publicKey: string;
  /** How often and how long operations are looked at. @default { pollMs: 20, waitMs: 20000 } */
  readonly wait?: Pick<OperationCallOptions, 'pollMs' | 'waitMs'> | undefined;
}

const NODE_STATES = [
  ...['pending', 'running', 'stopping', 'stopped', 'rebooting', 'suspended'],
  ...['error', 'terminated', 'unknown'],
];

/**
 * What holds for every compute driver, as tests of any runner.
 *
 * Each test opens the driver anew, leaves the account as it found it, and closes the driver.
 *
 * @example
 * testComputeDriver({ test, expect, open, node, absentNode: '1', volume, publicKey });
 */
export function testComputeDriver(contract: ComputeContract): void {
  const { node: nodeSpec, volume: volumeSpec } = contract;
  const wait = contract.wait ?? { pollMs: 20, waitMs: 20_000 };
  const { expect, expectCode, expectPlain, on } = driverBench(contract);

  on('lists sizes as plain records with MiB and GiB', async (driver) => {
    const sizes = await collect(driver.listSizes());
    expect(sizes.length).toBeGreaterThan(0);
    for (const size of sizes) {
      expectPlain(size);
      expect([typeof size.id, typeof size.name]).toEqual(['string', 'string']);
      expect(size.memoryMiB).toBeGreaterThan(0);
      expect(size.vcpus).toBeGreaterThan(0);
      expect(size.diskGiB).toBeGreaterThan(-1);
    }
  });

  on('lists locations as plain records', async (driver) => {
    const locations = await collect(driver.listLocations());
    expect(locations.length).toBeGreaterThan(0);
    for (const location of locations) {
      expectPlain(location);
      expect([typeof location.id, typeof location.name]).toEqual(['string', 'string']);
    }
  });

  on('gets a listed image again, by its id and by the model', async (driver) => {
    const [image] = await collect(driver.listImages(), 1);
    if (image === undefined) throw new Error('the account lists no image');
    expectPlain(image);
    expect((await driver.getImage(image.id)).id).toBe(image.id);
    expect((await driver.getImage(image)).name).toBe(image.name);
  });

  on('makes a node, finds it, and deletes it', async (driver) => {
    const operation = driver.createNode(nodeSpec, wait);
    expect(await operation.started).toMatchObject({ name: nodeSpec.name });
    const node = await operation;
    expectPlain(node);
    expect(node.name).toBe(nodeSpec.name);
    expect(node.state).toBe('running');
    expect(new Date(node.createdAt).toISOString().slice(0, 19)).toBe(node.createdAt.slice(0, 19));
    expect((await driver.getNode(node.id)).id).toBe(node.id);
    expect((await driver.getNode(node)).name).toBe(node.name);
    const listed = await collect(driver.listNodes());
    expect(listed.map((each) => each.id)).toContain(node.id);
    for (const each of listed) expect(NODE_STATES).toContain(each.state);

    expect(await driver.deleteNode(node, wait)).toBe(undefined);
    await expectCode(driver.getNode(node.id), 'SDK_NOT_FOUND');
  });

  on('lists every node, however many there are', async (driver) => {
    const names = [1, 2, 3].map((number) => `${nodeSpec.name}-${number}`);
    const specs = names.map((name) => ({ ...nodeSpec, name }));
    const nodes = await Promise.all(specs.map((spec) => driver.createNode(spec, wait)));
    const listed = (await collect(driver.listNodes())).filter(({ name }) => names.includes(name));
    for (const node of nodes) await driver.deleteNode(node, wait);
    expect(listed.map(({ name }) => name).sort()).toEqual(names);
  });

  on('looks at each part of what a node shall be', async (driver) => {
    const wrong: Record<string, unknown> = {
      name: '',
      size: '',
      image: '',
      location: '',
      keyPairs: [''],
      userData: 7,
      tags: [''],
      networks: [''],
    };
    for (const [part, value] of Object.entries(wrong)) {
      const spec = { ...nodeSpec, [part]: value };
      const error = await rejection(driver.createNode(spec, wait));
      expect([part, error['code']]).toEqual([part, 'SDK_CONFIGURATION']);
      expect(String(error['field'])).toContain(part);
    }
  });

  on('stops, starts and reboots a node', async (driver) => {
    const node = await driver.createNode(nodeSpec, wait);
    try {
      expect((await driver.stopNode(node, wait)).state).toBe('stopped');
      expect((await driver.startNode(node.id, wait)).state).toBe('running');
      expect((await driver.rebootNode(node, wait)).state).toBe('running');
    } finally {
      await driver.deleteNode(node, wait);
    }
  });

  on('says of an absent node that it is not found, also when it is deleted', async (driver) => {
    await expectCode(driver.getNode(contract.absentNode), 'SDK_NOT_FOUND');
    await expectCode(driver.startNode(contract.absentNode, wait), 'SDK_NOT_FOUND');
    await expectCode(driver.deleteNode(contract.absentNode, wait), 'SDK_NOT_FOUND');
  });

  on('stops waiting when the signal says so, and leaves the job alone', async (driver) => {
    const controller = new AbortController();
    const operation = driver.createNode(nodeSpec, { ...wait, signal: controller.signal });
    await operation.started;
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await rejection(operation)).toBe(reason);
    const [node] = (await collect(driver.listNodes())).filter(({ name }) => name === nodeSpec.name);
    if (node === undefined) throw new Error('the node was not made');
    await driver.deleteNode(node, wait);
  });

  on('stops waiting after waitMs, and leaves the job alone', async (driver) => {
    // The first look comes at once, when no node runs yet, and the second one long after waitMs.
    const operation = driver.createNode(nodeSpec, { pollMs: 1_000, waitMs: 100 });
    const error = await rejection(operation);
    expect([error['code'], error['reason']]).toEqual(['SDK_OPERATION', 'timeout']);
    const [node] = (await collect(driver.listNodes())).filter(({ name }) => name === nodeSpec.name);
    if (node === undefined) throw new Error('the node was not made');
    await driver.deleteNode(node, wait);
  });

  on('keeps a public key, lists it and deletes it', async (driver) => {
    const keyPair = await driver.importKeyPair({ name: 'contract', publicKey: contract.publicKey });
    expectPlain(keyPair);
    expect(keyPair.name).toBe('contract');
    expect(keyPair.fingerprint.length).toBeGreaterThan(0);
    const ids = async (): Promise<string[]> =>
      (await collect(driver.listKeyPairs())).map(({ id }) => id);
    expect(await ids()).toContain(keyPair.id);
    await driver.deleteKeyPair(keyPair);
    expect((await ids()).includes(keyPair.id)).toBe(false);
  });

  on('refuses to send a private key, and does not show it', async (driver) => {
    const publicKey =
      '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWNhbmFyeQ==\n-----END OPENSSH PRIVATE KEY-----';
    const error = await rejection(driver.importKeyPair({ name: 'contract', publicKey }));
    expect(error['code']).toBe('SDK_CONFIGURATION');
    expect(String(error['message']).includes('c2VjcmV0')).toBe(false);
  });

  on('makes a volume, attaches it, detaches it and deletes it', async (driver) => {
    const node = await driver.createNode(nodeSpec, wait);
    const volume = await driver.createVolume(volumeSpec, wait);
    expectPlain(volume);
    expect([volume.name, volume.sizeGiB, volume.state, volume.nodeIds]).toEqual([
      volumeSpec.name,
      volumeSpec.sizeGiB,
      'available',
      [],
    ]);
    const attached = await driver.attachVolume(volume, node, wait);
    expect([attached.state, attached.nodeIds]).toEqual(['in-use', [node.id]]);
    const listed = (await collect(driver.listVolumes())).find(({ id }) => id === volume.id);
    expect(listed?.nodeIds).toEqual([node.id]);
    const detached = await driver.detachVolume(volume.id, wait);
    expect([detached.state, detached.nodeIds]).toEqual(['available', []]);
    expect((await driver.detachVolume(detached, wait)).nodeIds).toEqual([]);
    await driver.deleteVolume(detached, wait);
    expect((await collect(driver.listVolumes())).some(({ id }) => id === volume.id)).toBe(false);
    await driver.deleteNode(node, wait);
  });

  on('refuses what is no id before anything is sent', async (driver) => {
    await expectCode(driver.getNode(''), 'SDK_CONFIGURATION');
    await expectCode(driver.deleteNode({ id: ' ' }, wait), 'SDK_CONFIGURATION');
    await expectCode(driver.deleteVolume(undefined as never, wait), 'SDK_CONFIGURATION');
    await expectCode(driver.deleteKeyPair(''), 'SDK_CONFIGURATION');
  });

  on('refuses options and fields that it does not know, by name', async (driver) => {
    const option = await rejection(driver.getNode(contract.absentNode, { timeoutsMs: 1 } as never));
    expect([option['code'], String(option['message']).includes('timeoutsMs')]).toEqual([
      'SDK_CONFIGURATION',
      true,
    ]);
    await expectCode(collect(driver.listNodes({ colour: 'red' } as never)), 'SDK_CONFIGURATION');
    const field = await rejection(driver.createNode({ ...nodeSpec, flavour: 'x' } as never, wait));
    expect([field['code'], String(field['message']).includes('flavour')]).toEqual([
      'SDK_CONFIGURATION',
      true,
    ]);
  });

  on('says what it cannot do as data, with the document that says so', async (driver) => {
    const { capabilities } = driver;
    for (const [name, able] of Object.entries(capabilities)) {
      const limitation = capabilities.limitations[name as keyof typeof capabilities.limitations];
      expect(limitation === undefined).toBe(able);
      if (limitation === undefined) continue;
      expect(limitation.reason.length).toBeGreaterThan(0);
      expect(new URL(limitation.source).protocol).toBe('https:');
    }
  });

  on('answers nothing after close()', async (driver) => {
    await driver.close();
    await expectCode(driver.getNode(contract.absentNode), 'SDK_CONFIGURATION');
    await expectCode(driver.createNode(nodeSpec, wait), 'SDK_CONFIGURATION');
  });
}
