import { expect, test } from '@jest/globals';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { testComputeDriver } from '@sdk/testing';
import { startDigitalOcean, TOKEN } from './digitalocean/origin.js';

// On an origin that answers from DigitalOcean's examples and remembers; Prism, which checks requests, does not remember.
testComputeDriver({
  test,
  expect,
  open: async () => {
    const origin = await startDigitalOcean({ pageSize: 2 });
    const driver = new DigitalOceanCompute({
      token: TOKEN,
      endpoint: origin.url,
      httpProxy: false,
    });
    const close = async (): Promise<void> => {
      await driver.close();
      await origin.close();
    };
    return { driver, close };
  },
  node: { name: 'contract-1', size: 's-1vcpu-1gb', image: 'debian-12-x64', location: 'nyc3' },
  absentNode: '99999999',
  volume: { name: 'contract-1', sizeGiB: 10, location: 'nyc3' },
  publicKey:
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeKeyForTests0000000000000000000000000000 contract',
  wait: { pollMs: 5, waitMs: 5_000 },
});
