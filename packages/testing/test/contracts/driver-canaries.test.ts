/** The suites of drivers can fail: each broken driver is found out by the rule that it breaks, which a sound one keeps. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { testComputeDriver, testDnsDriver, testStorageDriver } from '@sdk/testing';
import { broken, COMPUTE, DNS, STORAGE } from './broken-drivers.js';
import type { Breakage } from './broken-drivers.js';
import { startSmallDigitalOcean, startSmallPowerDns } from './small-providers.js';

type Tests = Map<string, () => Promise<void>>;
/** The tests of a suite on a driver that is broken so, or sound. */
type Suite = (breakage?: Breakage) => Tests;

/** The driver to be tested, closed with all it needs. */
function opened<Driver extends { close(): Promise<void> }>(
  sound: Driver,
  breakage: Breakage | undefined,
  tidy: () => Promise<void>,
): { driver: Driver; close: () => Promise<void> } {
  const closing = sound.close.bind(sound);
  const close = async (): Promise<void> => {
    await closing();
    await tidy();
  };
  return { driver: breakage === undefined ? sound : broken(sound, breakage), close };
}

const storage: Suite = (breakage) => {
  const tests: Tests = new Map();
  testStorageDriver({
    test: (name, run) => tests.set(name, run),
    expect,
    open: async () => {
      const root = await mkdtemp(path.join(tmpdir(), 'sdk-canary-'));
      const tidy = () => rm(root, { recursive: true, force: true });
      return opened(new LocalStorage({ root }), breakage, tidy);
    },
  });
  return tests;
};

const dns: Suite = (breakage) => {
  const tests: Tests = new Map();
  testDnsDriver({
    test: (name, run) => tests.set(name, run),
    expect,
    open: async () => {
      const origin = await startSmallPowerDns();
      const driver = new PowerDns({ endpoint: origin.url, apiKey: 'k', env: {} });
      return opened(driver, breakage, () => origin.close());
    },
  });
  return tests;
};

const compute: Suite = (breakage) => {
  const tests: Tests = new Map();
  testComputeDriver({
    test: (name, run) => tests.set(name, run),
    expect,
    open: async () => {
      const origin = await startSmallDigitalOcean();
      const driver = new DigitalOceanCompute({ token: 't', endpoint: origin.url, env: {} });
      return opened(driver, breakage, () => origin.close());
    },
    node: { name: 'canary', size: 's-1vcpu-1gb', image: 'debian-12-x64', location: 'nyc3' },
    absentNode: '99999999',
    volume: { name: 'canary', sizeGiB: 10, location: 'nyc3' },
    publicKey:
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeKeyForTests0000000000000000000000000000 me',
    wait: { pollMs: 5, waitMs: 5_000 },
  });
  return tests;
};

describe.each<[string, Suite, readonly Breakage[]]>([
  ['storage', storage, STORAGE],
  ['DNS', dns, DNS],
  ['compute', compute, COMPUTE],
])('the suite of %s drivers', (_, suite, breakages) => {
  const found = new Map<Breakage, unknown>();
  const sound = new Map<string, unknown>();

  const failureOf = async (rule: string, breakage?: Breakage): Promise<unknown> => {
    const run = suite(breakage).get(rule);
    if (run === undefined) throw new Error(`the suite has no rule ${JSON.stringify(rule)}`);
    return run().then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  // All at once, since a broken driver may take a second to be found out.
  beforeAll(async () => {
    const rules = [...new Set(breakages.map(({ rule }) => rule))];
    await Promise.all([
      ...rules.map(async (rule) => sound.set(rule, await failureOf(rule))),
      ...breakages.map(async (each) => found.set(each, await failureOf(each.rule, each))),
    ]);
  });

  test.each(breakages.map((breakage) => [breakage.what, breakage] as const))(
    'finds out a driver of which it is true that %s',
    (_, breakage) => {
      expect(sound.get(breakage.rule)).toBeUndefined();
      expect(found.get(breakage)).toBeDefined();
    },
  );
});
