/**
 * Every method against Prism, which checks each request against DigitalOcean's own document and answers with its
 * examples. It remembers nothing: what is made is not there afterwards, and an action never ends.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SdkErrorCode } from '@sdk/common';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { startProxy } from '@sdk/testing';
import type { Proxy } from '@sdk/testing';
import { startPrism } from '../prism.js';
import type { Prism } from '../prism.js';

const TOKEN = 'dop_v1_canary4f1c';
const VOLUME = '506f78a4-e098-11e5-ad9f-000f53306ae1';
const KEY = '3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa';
/** For operations that are only started: Prism's actions do not end. */
const brief = { pollMs: 10, waitMs: 50 };
const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeKeyForTests0000000000000000 me';

let prism: Prism;
let proxy: Proxy;
let compute: DigitalOceanCompute;

beforeAll(async () => {
  [prism, proxy] = await Promise.all([
    startPrism('digitalocean.openapi.json'),
    startProxy({ credentials: { username: 'ada', password: 'p@ss:100%' } }),
  ]);
  compute = new DigitalOceanCompute({
    token: TOKEN,
    endpoint: prism.url,
    httpProxy: proxy.urlWithCredentials,
    noProxy: [],
    retry: false,
  });
});

afterAll(async () => {
  await compute?.close();
  await Promise.all([prism?.close(), proxy?.close()]);
});

async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

describe('lists', () => {
  test('gives droplets as nodes, through the proxy', async () => {
    const before = proxy.stats.forwards;
    const [node] = await collect(compute.listNodes());
    expect(node).toEqual({
      id: '3164444',
      name: 'example.com',
      state: 'running',
      publicIps: ['192.241.165.154', '2604:a880:0:1010::18a:a001'],
      privateIps: ['10.128.192.124'],
      size: 's-1vcpu-1gb',
      image: '63663980',
      location: 'nyc3',
      createdAt: '2020-07-21T18:37:44Z',
      raw: expect.objectContaining({ id: 3164444, vpc_uuid: expect.any(String) }),
    });
    expect(proxy.stats.forwards).toBeGreaterThan(before);
  });

  test.each([
    ['by tag', { tagName: 'env:prod' }],
    ['by name', { name: 'web-01' }],
    ['with GPUs', { type: 'gpus' as const }],
  ])('asks for nodes %s', async (_how, filter) => {
    expect(await collect(compute.listNodes(filter))).not.toHaveLength(0);
  });

  test('gives sizes, and does not follow a link that leads round in circles', async () => {
    // Prism answers every page with a link to page 2.
    const sizes = await collect(compute.listSizes());
    expect(sizes[0]).toMatchObject({
      id: 's-1vcpu-1gb',
      name: 's-1vcpu-1gb',
      memoryMiB: 1024,
      vcpus: 1,
      diskGiB: 25,
    });
    expect(proxy.stats.targets.filter((target) => target.includes('/v2/sizes'))).toEqual([
      `${prism.url}/v2/sizes?page=1&per_page=200`,
      `${prism.url}/v2/sizes?page=2&per_page=200`,
    ]);
  });

  test('gives regions as locations', async () => {
    const locations = await collect(compute.listLocations());
    expect(locations[0]).toMatchObject({ id: 'nyc3', name: 'New York 3' });
  });

  test.each([
    ['of every kind', {}],
    ['of distributions', { type: 'distribution' as const }],
    ['of one’s own', { private: true }],
    ['by tag', { tagName: 'base-image' }],
  ])('gives images %s', async (_how, filter) => {
    const images = await collect(compute.listImages(filter));
    expect(images[0]).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      name: expect.any(String),
    });
  });

  test('gives SSH keys as key pairs', async () => {
    const [key] = await collect(compute.listKeyPairs());
    expect(key).toMatchObject({ id: '289794', fingerprint: KEY_PATTERN, publicKey: SSH_PATTERN });
  });

  test.each([
    ['all of them', {}],
    ['by name and region', { name: 'example', region: 'nyc1' }],
  ])('gives volumes, %s', async (_how, filter) => {
    const [volume] = await collect(compute.listVolumes(filter));
    expect(volume).toMatchObject({
      id: VOLUME,
      sizeGiB: 10,
      state: 'available',
      nodeIds: [],
      location: 'nyc1',
    });
  });

  test('gives the snapshots of a node and of a volume', async () => {
    expect(await collect(compute.listNodeSnapshots('3164444'))).toMatchObject([{ id: '6372321' }]);
    expect((await collect(compute.listVolumeSnapshots(VOLUME)))[0]).toMatchObject({
      id: '8eb4d51a-873f-11e6-96bf-000f53315a41',
      name: 'big-data-snapshot1475261752',
      volumeId: '82a48a18-873f-11e6-96bf-000f53315a41',
    });
  });
});

const KEY_PATTERN: unknown = expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
const SSH_PATTERN: unknown = expect.stringMatching(/^ssh-rsa /);

describe('single things', () => {
  test('gets each by its id, an image also by its slug and a key by its fingerprint', async () => {
    expect((await compute.getNode('3164444')).state).toBe('running');
    expect((await compute.getImage('63663980')).name).toBe('14.04 x64');
    expect((await compute.getImage('ubuntu-16-04-x64')).id).toBe('6918990');
    expect((await compute.getKeyPair(KEY)).name).toBe('My SSH Public Key');
    expect((await compute.getVolume(VOLUME)).sizeGiB).toBe(10);
  });

  test('makes a key pair and a snapshot of a volume', async () => {
    const key = await compute.importKeyPair({ name: 'me', publicKey: PUBLIC_KEY });
    expect(key.fingerprint).toEqual(KEY_PATTERN);
    const snapshot = await compute.snapshotVolume(VOLUME, 'before-upgrade');
    expect(snapshot).toMatchObject({ id: '8fa70202-873f-11e6-8b68-000f533176b1', sizeGiB: 10 });
  });

  test('deletes an image, a key pair, a volume and its snapshot', async () => {
    await compute.deleteImage('7938391');
    await compute.deleteKeyPair('512189');
    await compute.deleteKeyPair(KEY);
    expect(await compute.deleteVolume(VOLUME)).toBeUndefined();
    await compute.deleteVolumeSnapshot('fbe805e8-866b-11e6-96bf-000f53315a41');
  });
});

describe('operations, as far as a server without a memory goes', () => {
  test('sends everything that a node can be made with', async () => {
    const spec = {
      name: 'web-1.example.com',
      size: 's-1vcpu-1gb',
      image: { id: '63663980' },
      location: 'nyc3',
      keyPairs: ['289794', KEY],
      userData: '#cloud-config\n',
      tags: ['web', 'env:prod'],
      networks: ['760e09ef-dc84-11e8-981e-3cfdfeaae000'],
      volumes: [VOLUME],
      backups: false,
      ipv6: true,
      monitoring: true,
      withDropletAgent: false,
      publicNetworking: true,
    };
    const operation = compute.createNode(spec, brief);
    expect(await operation.started).toMatchObject({ id: '3164444', state: 'pending' });
  });

  test('gives up on an action that does not end in the time it was given', async () => {
    const operation = compute.createNode(
      { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' },
      { pollMs: 10, waitMs: 100 },
    );
    await expect(operation).rejects.toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
  });

  test('starts the deletion of a node', async () => {
    const operation = compute.deleteNode('3164444', { pollMs: 10, waitMs: 50 });
    expect(await operation.started).toBeUndefined();
    await expect(operation).rejects.toMatchObject({ code: 'SDK_OPERATION', reason: 'timeout' });
  });

  const actions = {
    startNode: () => compute.startNode('3164444', brief),
    stopNode: () => compute.stopNode('3164444', brief),
    rebootNode: () => compute.rebootNode('3164444', brief),
    shutdownNode: () => compute.shutdownNode('3164444', brief),
    powerCycleNode: () => compute.powerCycleNode('3164444', brief),
    resizeNode: () => compute.resizeNode('3164444', { size: 's-2vcpu-2gb', disk: true }, brief),
    renameNode: () => compute.renameNode('3164444', 'web-2', brief),
    rebuildNode: () => compute.rebuildNode('3164444', 'debian-12-x64', brief),
    'actOnNode, restore': () =>
      compute.actOnNode('3164444', { type: 'restore', image: 12389723 }, brief),
    'actOnNode, enable_ipv6': () => compute.actOnNode('3164444', { type: 'enable_ipv6' }, brief),
    snapshotNode: () => compute.snapshotNode('3164444', 'before-upgrade', brief),
  };

  test.each(Object.keys(actions) as (keyof typeof actions)[])('starts %s', async (name) => {
    const action = await actions[name]().started;
    expect(action).toMatchObject({ id: 36804636, status: 'in-progress' });
  });

  test('makes, attaches, resizes and detaches a volume', async () => {
    const spec = {
      name: 'data-1',
      sizeGiB: 10,
      location: 'nyc1',
      description: 'the database',
      filesystemType: 'ext4' as const,
      snapshot: 'b0798135-fb76-11eb-946a-0a58ac146f33',
      tags: ['db'],
    };
    expect(await compute.createVolume(spec)).toMatchObject({ id: VOLUME, state: 'available' });
    expect(await compute.attachVolume(VOLUME, '3164444')).toMatchObject({ id: VOLUME });
    expect(await compute.resizeVolume(VOLUME, 20, brief).started).toMatchObject({ id: 72531856 });
    // The document's volume is attached to nothing.
    expect(await compute.detachVolume(VOLUME)).toMatchObject({ nodeIds: [] });
  });
});

describe('failures', () => {
  test.each<[number, SdkErrorCode, string]>([
    [401, 'SDK_AUTHENTICATION', 'unauthorized'],
    [404, 'SDK_NOT_FOUND', 'not_found'],
    [429, 'SDK_RATE_LIMIT', 'too_many_requests'],
    [500, 'SDK_SERVER', 'server_error'],
  ])('makes an error of %i', async (status, code, providerCode) => {
    const headers = { prefer: `code=${status}` };
    const error = compute.getNode('3164444', { headers });
    await expect(error).rejects.toMatchObject({ code, status, providerCode });
    await expect(error).rejects.toMatchObject({
      rateLimit: { limit: 5000, remaining: 4816, resetAt: '2015-10-15T17:57:13.000Z' },
    });
  });

  test('makes an error of an operation whose start was refused', async () => {
    const operation = compute.stopNode('3164444', { headers: { prefer: 'code=429' } });
    await expect(operation.started).rejects.toMatchObject({ code: 'SDK_RATE_LIMIT' });
    await expect(operation).rejects.toMatchObject({ code: 'SDK_RATE_LIMIT' });
  });

  test('makes a ValidationError of what breaks the document', async () => {
    const path = '/v2/droplets';
    const refused = compute.request({ method: 'GET', path, query: { per_page: 999 } });
    await expect(refused).rejects.toMatchObject({ code: 'SDK_VALIDATION', status: 422 });
    const noImage = compute.request({ method: 'POST', path, json: { name: 'web-1', size: 's' } });
    await expect(noImage).rejects.toMatchObject({ code: 'SDK_VALIDATION', status: 422 });
  });
});

test('reaches endpoints that no method wraps, with the status and the rate limit', async () => {
  const { status, body, rateLimit } = await compute.request<{ account: { email: string } }>({
    method: 'GET',
    path: '/v2/account',
  });
  expect([status, rateLimit?.limit]).toEqual([200, 5000]);
  expect(body.account.email).toContain('@');
});

test('has sent every request above through the proxy, which never had to ask for credentials', () => {
  expect(proxy.stats.forwards).toBeGreaterThan(40);
  expect(proxy.stats.forwards).toBe(proxy.requests.length);
  expect(proxy.stats.targets.every((target) => target.startsWith(prism.url))).toBe(true);
});
