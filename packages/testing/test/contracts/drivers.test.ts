/** A suite of drivers tells its author what went wrong. */
import { expect, test } from '@jest/globals';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { startOrigin, testDnsDriver, until } from '@sdk/testing';

/** The tests of the suite by their names, on a driver of an origin that knows no zones, and that closes in this way. */
function suite(endpoint: string, close: () => Promise<void>): Map<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  testDnsDriver({
    test: (name, run) => tests.set(name, run),
    expect,
    open: async () => {
      const driver = new PowerDns({ endpoint, apiKey: 'k', env: {}, retry: { attempts: 1 } });
      return {
        driver,
        close: async () => {
          await driver.close();
          await close();
        },
      };
    },
  });
  return tests;
}

const ALONE = 'ends a call with the reason of its signal';
const IN_A_ZONE = 'replaces a record set whole, its TTL included';

test('a driver that does not close fails a test that went well', async () => {
  await using origin = await startOrigin();
  const run = suite(origin.url, () => Promise.reject(new Error('left open'))).get(ALONE);
  await expect(run?.()).rejects.toThrow('left open');
});

test('what failed first is told, whatever became of the closing', async () => {
  await using origin = await startOrigin({
    handler: (_, response) => response.writeHead(404).end(),
  });
  const run = suite(origin.url, () => Promise.reject(new Error('left open'))).get(IN_A_ZONE);
  await expect(run?.()).rejects.toMatchObject({ code: 'SDK_NOT_FOUND' });
});

test('a driver is closed after each of its tests, failed ones too', async () => {
  await using origin = await startOrigin({
    handler: (_, response) => response.writeHead(404).end(),
  });
  let closed = 0;
  const tests = suite(origin.url, async () => void (closed += 1));
  await tests.get(ALONE)?.();
  await tests
    .get(IN_A_ZONE)?.()
    .catch(() => undefined);
  expect(closed).toBe(2);
  await until(() => origin.openSockets() === 0, 'no socket was left');
});
