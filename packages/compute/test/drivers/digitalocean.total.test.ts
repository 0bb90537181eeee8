import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';

const VOLUME = '506f78a4-e098-11e5-ad9f-000f53306ae1';

let origin: Origin;
let compute: DigitalOceanCompute;

afterEach(async () => {
  await compute.close();
  await origin.close();
});

test('detaching a volume asks who has it and detaches it under one total', async () => {
  origin = await startOrigin({
    handler: async (request, response) => {
      request.resume();
      await sleep(150);
      const volume = { id: VOLUME, name: 'data', size_gigabytes: 1, droplet_ids: [7] };
      const action = { id: 1, status: 'completed', type: 'detach_volume' };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.method === 'GET' ? { volume } : { action }));
    },
  });
  compute = new DigitalOceanCompute({
    token: 'dop_v1_x',
    endpoint: origin.url,
    httpProxy: false,
    retry: false,
  });
  const total = { code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 250 };
  const own = compute.detachVolume(VOLUME, { timeouts: { totalMs: 250 } });
  const drivers = compute.with({ timeouts: { totalMs: 250 } }).detachVolume(VOLUME);
  await Promise.all(
    [own, drivers].map(({ started }) => expect(started).rejects.toMatchObject(total)),
  );
  const long = compute.detachVolume(VOLUME, { timeouts: { totalMs: 20_000 } });
  await expect(long.started).resolves.toMatchObject({ id: 1 });
});
