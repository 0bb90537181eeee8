import type { Zone } from '@sdk/dns';
import type { DnsBench } from './dns-bench.js';
import { collect } from './runner.js';

/** Zones: made, found, refused and deleted. */
export function testZones({
  expect,
  expectCode,
  expectPlain,
  freshName,
  inZone,
  on,
  a,
}: DnsBench): void {
  inZone(
    'creates a zone and finds it by its id, its name, its model and in the list',
    async (driver, zone) => {
      expectPlain(zone);
      for (const ref of [zone.id, zone.name, `${zone.name}.`, zone.name.toUpperCase(), zone]) {
        const found = await driver.getZone(ref);
        expectPlain(found);
        expect([found.id, found.name]).toEqual([zone.id, zone.name]);
      }
      const listed = (await collect(driver.listZones())).find(({ id }) => id === zone.id);
      expect(listed?.name).toBe(zone.name);
      expectPlain(listed as Zone);
    },
  );

  inZone('refuses to create a zone that exists', async (driver, { name }) => {
    await expectCode(driver.createZone({ name }), 'SDK_CONFLICT');
  });

  on('finds no zone that is not there, and deletes none', async (driver) => {
    const name = freshName();
    await expectCode(driver.getZone(name), 'SDK_NOT_FOUND');
    await expectCode(driver.deleteZone(name), 'SDK_NOT_FOUND');
    await expectCode(collect(driver.listRecordSets(name)), 'SDK_NOT_FOUND');
    await expectCode(driver.upsertRecordSet(name, a('www', '192.0.2.1')), 'SDK_NOT_FOUND');
  });

  on('deletes a zone with what is in it', async (driver) => {
    const zone = await driver.createZone({ name: freshName() });
    await driver.upsertRecordSet(zone, a('www', '192.0.2.1'));
    await driver.deleteZone(zone);
    await expectCode(driver.getZone(zone.name), 'SDK_NOT_FOUND');
  });

  on('refuses what cannot be the name of a zone', async (driver) => {
    for (const name of [
      '',
      'a..b',
      'a b',
      'a\r\nb',
      `${'a'.repeat(64)}.example`,
      `${'a.'.repeat(127)}b`,
    ]) {
      await expectCode(driver.createZone({ name }), 'SDK_CONFIGURATION');
    }
    await expectCode(driver.createZone({ name: freshName(), ttl: -1 }), 'SDK_CONFIGURATION');
  });
}
