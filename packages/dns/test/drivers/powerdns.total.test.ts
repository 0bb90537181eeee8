import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TimeoutError } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { API_KEY, startPowerDns } from './powerdns/origin.js';
import type { PowerDnsOrigin } from './powerdns/origin.js';

/** A name whose id is the server's to make: each call that names it looks it up first. */
const LOOKED_UP = '8/29.example.org';
const A = { name: 'www', type: 'A', ttl: 60, values: ['192.0.2.1'] };
const RECORD = { name: 'www', type: 'A', ttl: 60, value: '192.0.2.2' };

let origin: PowerDnsOrigin;
let dns: PowerDns;

beforeEach(async () => {
  origin = await startPowerDns();
  dns = new PowerDns({ endpoint: origin.url, apiKey: API_KEY, env: {}, retry: false });
  for (const zone of ['example.org', LOOKED_UP]) {
    await dns.createZone({ name: zone });
    await dns.upsertRecordSet(zone, A);
  }
});

afterEach(async () => {
  await dns.close();
  await origin.close();
});

test('one total bounds all requests of a call', async () => {
  const before = origin.requests.length;
  const three = dns.with({ timeouts: { totalMs: 250 } });
  origin.delayMs = 100;
  // The set of www is read, the set of mail is read, both are written.
  await expect(
    three.updateRecord('example.org', 'A/www/192.0.2.1', { name: 'mail' }),
  ).rejects.toMatchObject({
    code: 'SDK_TIMEOUT',
    phase: 'total',
    timeoutMs: 250,
    decision: { proxy: null },
  });
  expect(origin.requests.length - before).toBeLessThanOrEqual(3);
});

test('every method that sends several requests keeps to one total', async () => {
  const two = dns.with({ timeouts: { totalMs: 250 } });
  origin.delayMs = 150;
  const calls: Record<string, Promise<unknown>> = {
    getZone: two.getZone(LOOKED_UP),
    createZone: two.createZone({ name: 'example.net', ttl: 60 }),
    deleteZone: two.deleteZone(LOOKED_UP),
    notifyZone: two.notifyZone(LOOKED_UP),
    getRecordSet: two.getRecordSet(LOOKED_UP, 'www', 'A'),
    upsertRecordSet: two.upsertRecordSet(LOOKED_UP, A),
    deleteRecordSet: two.deleteRecordSet(LOOKED_UP, 'www', 'A'),
    applyChanges: two.applyChanges(LOOKED_UP, { upsert: [A] }),
    createRecord: two.createRecord('example.org', RECORD),
    updateRecord: two.updateRecord('example.org', 'A/www/192.0.2.1', { ttl: 30 }),
    deleteRecord: two.deleteRecord('example.org', 'A/www/192.0.2.1'),
    exportZone: two.exportZone(LOOKED_UP),
    importZone: two.importZone('example.org', 'mail 60 IN A 192.0.2.3'),
    diffZone: two.diffZone(LOOKED_UP, []),
  };
  const outcomes = await Promise.all(
    Object.entries(calls).map(async ([method, call]) => [
      method,
      await call.then(
        () => 'in time',
        ({ phase, timeoutMs }: TimeoutError) => `${phase} ${timeoutMs}`,
      ),
    ]),
  );
  expect(outcomes).toEqual(Object.keys(calls).map((method) => [method, 'total 250']));
});
