/** What Prism cannot show, on an origin that answers from DigitalOcean's examples and remembers what was made. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DigitalOceanComputeOptions } from '@sdk/compute/drivers/digitalocean';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { startDigitalOcean, TOKEN } from './digitalocean/origin.js';
import type { DigitalOceanOrigin } from './digitalocean/origin.js';

const SPEC = { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' };
const QUICK = { pollMs: 5, waitMs: 5_000 };

let origin: DigitalOceanOrigin;
let compute: DigitalOceanCompute;

const open = (options: Partial<DigitalOceanComputeOptions> = {}): DigitalOceanCompute =>
  new DigitalOceanCompute({ token: TOKEN, endpoint: origin.url, httpProxy: false, ...options });

/** Method and path of every request so far. */
const sent = (): string[] => origin.requests.map(({ method, url }) => `${method} ${url}`);

beforeEach(async () => {
  origin = await startDigitalOcean({ pageSize: 1 });
  compute = open({ retry: false });
});

afterEach(async () => {
  await compute.close();
  await origin.close();
});

describe('lists on an origin with pages of one', () => {
  test('fetch a page only when it is asked for', async () => {
    for await (const image of compute.listImages()) {
      expect(image.name).toBe('Nifty New Snapshot');
      break;
    }
    expect(sent()).toEqual(['GET /v2/images?page=1&per_page=200']);
  });

  test('ask for the next page by its number, at their own host, with the filters', async () => {
    const names: string[] = [];
    for await (const { name } of compute.listImages({ private: true })) names.push(name);
    expect(names).toHaveLength(3);
    expect(sent()).toEqual([
      'GET /v2/images?private=true&page=1&per_page=200',
      'GET /v2/images?private=true&page=2&per_page=200',
      'GET /v2/images?private=true&page=3&per_page=200',
    ]);
  });
});

test.each(['/v2', '/v2/', '/'])('%s at the end of the endpoint is not sent twice', async (end) => {
  for (const endpoint of [`${origin.url}${end}`, new URL(`${origin.url}${end}`)]) {
    const driver = open({ endpoint });
    for await (const _ of driver.with({}).listImages()) break;
    await driver.close();
  }
  const once = 'GET /v2/images?page=1&per_page=200';
  expect(sent()).toEqual([once, once]);
});

describe('operations on an origin that remembers', () => {
  test('createNode is at hand at once, then pending, then running', async () => {
    const operation = compute.createNode(SPEC, QUICK);
    const started = await operation.started;
    expect(started).toMatchObject({ name: 'web-1', state: 'pending', publicIps: [] });
    const node = await operation;
    expect(node).toMatchObject({ id: started.id, state: 'running', size: 's-1vcpu-1gb' });
    expect(node.publicIps).toContain('192.241.165.154');
    expect(sent()).toEqual([
      'POST /v2/droplets',
      ...Array.from({ length: 3 }, () => 'GET /v2/actions/1002'),
      `GET /v2/droplets/${node.id}`,
    ]);
    expect(JSON.parse(origin.requests[0]!.body.toString())).toEqual(SPEC);
  });

  test('deleteNode ends when the droplet is gone', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    const before = origin.requests.length;
    await compute.deleteNode(node, QUICK);
    expect(sent().slice(before)).toEqual([
      `DELETE /v2/droplets/${node.id}`,
      ...Array.from({ length: 3 }, () => `GET /v2/droplets/${node.id}`),
    ]);
  });

  test('an action that ends as errored is an OperationError that names it', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    origin.next = 'errored';
    await expect(compute.stopNode(node, QUICK)).rejects.toMatchObject({
      code: 'SDK_OPERATION',
      reason: 'failed',
      message: expect.stringMatching(/stopNode.*1003/),
    });
  });

  test('a busy droplet is a ConflictError', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    origin.next = 'busy';
    await expect(compute.stopNode(node, QUICK)).rejects.toMatchObject({
      code: 'SDK_CONFLICT',
      status: 422,
      providerCode: 'unprocessable_entity',
      requestId: 'c0ffee00-0000-4000-8000-000000000002',
    });
  });

  test('a busy droplet is asked again where retries are on', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    const patient = open({ retry: { attempts: 2, baseDelayMs: 1 } });
    origin.next = 'busy';
    expect((await patient.stopNode(node, QUICK)).state).toBe('stopped');
    const actions = sent().filter((request) => request === `POST /v2/droplets/${node.id}/actions`);
    expect(actions).toHaveLength(2);
    await patient.close();
  });

  test('the features that only DigitalOcean has end with what became of the node', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    expect((await compute.shutdownNode(node, QUICK)).state).toBe('stopped');
    expect((await compute.renameNode(node, 'web-2', QUICK)).name).toBe('web-2');
    const resized = await compute.resizeNode(node, { size: 's-2vcpu-2gb' }, QUICK);
    expect(resized.size).toBe('s-2vcpu-2gb');
    expect((await compute.rebuildNode(node, '7555621', QUICK)).image).toBe('7555621');
    expect((await compute.powerCycleNode(node, QUICK)).id).toBe(node.id);
  });

  test('snapshotNode ends with the newest image of that name', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    const older = await compute.snapshotNode(node, 'nightly', QUICK);
    const newer = await compute.snapshotNode(node, 'nightly', QUICK);
    expect([older.name, newer.name]).toEqual(['nightly', 'nightly']);
    expect(Number(newer.id)).toBeGreaterThan(Number(older.id));
    expect((await compute.getImage(newer)).name).toBe('nightly');
  });

  test('detachVolume tells DigitalOcean which droplet has the volume', async () => {
    const node = await compute.createNode(SPEC, QUICK);
    const spec = { name: 'data-1', sizeGiB: 10, location: 'nyc1' };
    const volume = await compute.createVolume(spec, QUICK);
    await compute.attachVolume(volume, node, QUICK);
    expect((await compute.resizeVolume(volume, 20, QUICK)).sizeGiB).toBe(20);
    await compute.detachVolume(volume, QUICK);
    const posted = origin.requests.filter(({ method }) => method === 'POST').at(-1);
    expect(JSON.parse(posted!.body.toString())).toEqual({
      type: 'detach',
      droplet_id: Number(node.id),
    });
  });

  test('a node that was made on one level is found by a view of the driver', async () => {
    const view = compute.with({ timeouts: { headersMs: 1_000 } });
    const node = await view.createNode(SPEC, QUICK);
    await view.close();
    expect((await compute.getNode(node)).name).toBe('web-1');
  });
});
