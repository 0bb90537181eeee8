/** Answers whose records are not what the API promises, on origins on loopback. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { example } from './digitalocean/examples.js';

const SPEC = { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' };
const VOLUME = '506f78a4-e098-11e5-ad9f-000f53306ae1';
const KEY = { name: 'me', publicKey: 'ssh-ed25519 AAAAC3NzaC1l me' };

type Call = (compute: DigitalOceanCompute) => PromiseLike<unknown>;

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** A driver whose every request is answered with 200 and this. */
async function answered(body: unknown): Promise<{ compute: DigitalOceanCompute; origin: Origin }> {
  const origin = await startOrigin({
    handler: (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    },
  });
  const options = { token: 'dop_v1_canary4f1c', endpoint: origin.url, retry: false } as const;
  const compute = new DigitalOceanCompute({ ...options, httpProxy: false });
  opened.push(compute, origin);
  return { compute, origin };
}

const first = (list: AsyncIterable<unknown>): Promise<unknown> =>
  list[Symbol.asyncIterator]().next();

const { droplet } = example<{ droplet: object }>('get', '/v2/droplets/{droplet_id}', 200);

describe('a record that is not what the API promises is a MalformedResponseError', () => {
  test.each<[string, string, (wire: unknown) => object, Call]>([
    ['node', 'droplets[0]', (wire) => ({ droplets: [wire] }), (all) => first(all.listNodes())],
    ['size', 'sizes[0]', (wire) => ({ sizes: [wire] }), (all) => first(all.listSizes())],
    ['image', 'images[0]', (wire) => ({ images: [wire] }), (all) => first(all.listImages())],
    ['region', 'regions[0]', (wire) => ({ regions: [wire] }), (all) => first(all.listLocations())],
    ['key', 'ssh_keys[0]', (wire) => ({ ssh_keys: [wire] }), (all) => first(all.listKeyPairs())],
    ['volume', 'volumes[0]', (wire) => ({ volumes: [wire] }), (all) => first(all.listVolumes())],
    [
      'snapshot',
      'snapshots[0]',
      (wire) => ({ snapshots: [wire] }),
      (all) => first(all.listVolumeSnapshots(VOLUME)),
    ],
  ])('in a list: %s', async (_what, where, body, call) => {
    for (const wire of [null, {}, 'x', 7, { id: null, name: 'x', slug: null }]) {
      const { compute } = await answered(body(wire));
      await expect(call(compute)).rejects.toMatchObject({
        code: 'SDK_MALFORMED_RESPONSE',
        status: 200,
        message: expect.stringContaining(where),
      });
    }
  });

  test.each<[string, unknown, Call]>([
    ['droplet', {}, (compute) => compute.getNode('1')],
    ['droplet', { ...droplet, networks: { v4: {} } }, (compute) => compute.getNode('1')],
    ['droplet', { ...droplet, networks: { v4: [null] } }, (compute) => compute.getNode('1')],
    ['droplet', {}, (compute) => compute.createNode(SPEC)],
    ['image', {}, (compute) => compute.getImage('1')],
    ['ssh_key', {}, (compute) => compute.importKeyPair(KEY)],
    ['volume', { id: VOLUME, name: 'x', droplet_ids: {} }, (compute) => compute.getVolume(VOLUME)],
    ['snapshot', {}, (compute) => compute.snapshotVolume(VOLUME, 'x')],
    ['action', {}, (compute) => compute.stopNode('1')],
    ['action', { id: 1 }, (compute) => compute.stopNode('1')],
  ])('by itself: %s (case %#)', async (key, wire, call) => {
    const { compute, origin } = await answered({ [key]: wire });
    await expect(call(compute)).rejects.toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
      status: 200,
      message: expect.stringContaining(key),
    });
    expect(origin.requests).toHaveLength(1);
  });

  test.each([{}, [null], [{ rel: 'create' }]])('links to actions: %j', async (actions) => {
    const { compute } = await answered({ droplet, links: { actions } });
    await expect(compute.createNode(SPEC)).rejects.toMatchObject({
      code: 'SDK_MALFORMED_RESPONSE',
    });
  });
});
