import type { CallOptions } from '@sdk/common';
import type { DnsDriver, DnsRecord, Zone } from '@sdk/dns';
import type { DnsBench } from './dns-bench.js';
import { collect, rejection } from './runner.js';

/** What a call is given in all, and when the choice of its way is made, long after that. */
const TOTAL_MS = 200;
const LATE_MS = 1_000;

/** What holds for any call: its options, its signal, its total, and the end of the driver. */
export function testCalls({
  expect,
  expectCode,
  on,
  inZone,
  ownSets,
  freshName,
  a,
  ttl,
}: DnsBench): void {
  /** Every method that takes the options of a call. */
  const calls = (
    driver: DnsDriver,
    zone: Zone,
    old: DnsRecord,
  ): Record<string, (options: CallOptions) => Promise<unknown>> => {
    const set = a('new', '192.0.2.9');
    const record = { name: 'new', type: 'A', ttl, value: '192.0.2.9' };
    const text = `$TTL ${ttl}\nnew A 192.0.2.9\n`;
    return {
      listZones: (options) => collect(driver.listZones(options)),
      getZone: (options) => driver.getZone(zone, options),
      createZone: (options) => driver.createZone({ name: freshName() }, options),
      deleteZone: (options) => driver.deleteZone(zone, options),
      listRecordSets: (options) => collect(driver.listRecordSets(zone, options)),
      getRecordSet: (options) => driver.getRecordSet(zone, 'www', 'A', options),
      upsertRecordSet: (options) => driver.upsertRecordSet(zone, set, options),
      deleteRecordSet: (options) => driver.deleteRecordSet(zone, 'www', 'A', options),
      applyChanges: (options) => driver.applyChanges(zone, { upsert: [set] }, options),
      listRecords: (options) => collect(driver.listRecords(zone, options)),
      createRecord: (options) => driver.createRecord(zone, record, options),
      updateRecord: (options) => driver.updateRecord(zone, old, { value: '192.0.2.9' }, options),
      deleteRecord: (options) => driver.deleteRecord(zone, old, options),
      exportZone: (options) => driver.exportZone(zone, options),
      importZone: (options) => driver.importZone(zone, text, options),
      diffZone: (options) => driver.diffZone(zone, text, options),
    };
  };

  /** The one record of the zone. */
  const written = async (driver: DnsDriver, zone: Zone): Promise<DnsRecord> => {
    await driver.upsertRecordSet(zone, a('www', '192.0.2.1'));
    const record = (await collect(driver.listRecords(zone))).find(({ name }) => name === 'www');
    if (record === undefined) throw new Error('the record that was written is not in the list');
    return record;
  };

  /** What no call above may change before it fails. */
  const untouched = async (driver: DnsDriver, zone: Zone): Promise<void> => {
    const sets = await ownSets(driver, zone);
    expect(sets.map(({ name, values }) => `${name} ${values.join()}`)).toEqual(['www 192.0.2.1']);
  };

  inZone(
    'refuses options that it does not know, or that can be none, in every method',
    async (driver, zone) => {
      const old = await written(driver, zone);
      for (const call of Object.values(calls(driver, zone, old))) {
        const error = await rejection(call({ httpProxi: false } as object));
        expect(error['code']).toBe('SDK_CONFIGURATION');
        expect(String(error['message'])).toContain('httpProxi');
        await expectCode(call({ headers: { 'a b': 'x' } }), 'SDK_CONFIGURATION');
        await expectCode(call({ timeouts: { totalMs: -1 } }), 'SDK_CONFIGURATION');
      }
      await untouched(driver, zone);
    },
  );

  inZone(
    'ends every call with the reason of its signal, before it began and while it is under way',
    async (driver, zone) => {
      const old = await written(driver, zone);
      for (const call of Object.values(calls(driver, zone, old))) {
        const reason = new Error('no longer wanted');
        expect(await rejection(call({ signal: AbortSignal.abort(reason) }))).toBe(reason);
        const controller = new AbortController();
        const asked = rejection(call({ signal: controller.signal }));
        controller.abort(reason);
        expect(await asked).toBe(reason);
      }
      await untouched(driver, zone);
    },
  );

  inZone('ends every call after its total', async (driver, zone) => {
    const old = await written(driver, zone);
    const timers: NodeJS.Timeout[] = [];
    const options: CallOptions = {
      timeouts: { totalMs: TOTAL_MS },
      // Nothing is sent before the way is chosen, so however fast the server is, it cannot be done in time.
      httpProxy: () =>
        new Promise((resolve) => timers.push(setTimeout(resolve, LATE_MS, false as const))),
    };
    const all = Object.values(calls(driver, zone, old)).map((call) => rejection(call(options)));
    const codes = (await Promise.all(all)).map((error) => error['code']);
    timers.forEach(clearTimeout);
    expect(codes).toEqual(codes.map(() => 'SDK_TIMEOUT'));
    await untouched(driver, zone);
  });

  on('refuses every call after it was closed', async (driver) => {
    const name = freshName();
    await driver.close();
    const zone = { id: `${name}.`, name, raw: undefined };
    const record = { id: 'A/www/192.0.2.1', name: 'www', type: 'A', ttl, value: '192.0.2.1' };
    for (const call of Object.values(calls(driver, zone, { ...record, raw: undefined }))) {
      await expectCode(call({}), 'SDK_CONFIGURATION');
    }
  });

  on('ends a call with the reason of its signal', async (driver) => {
    const reason = new Error('no longer wanted');
    const signal = AbortSignal.abort(reason);
    expect(await rejection(collect(driver.listZones({ signal })))).toBe(reason);
  });
}
