import type { RecordSet } from '@sdk/dns';
import { sorted, type DnsBench } from './dns-bench.js';
import { rejection } from './runner.js';

/** Zones as texts, and the difference to what is desired. */
export function testZoneFiles({ expect, inZone, ownSets, a, ttl }: DnsBench): void {
  inZone('exports a zone as a text that it imports again', async (driver, zone) => {
    const long = 'x'.repeat(300);
    await driver.applyChanges(zone, {
      upsert: [
        a('', '192.0.2.1'),
        a('www', '192.0.2.2', '192.0.2.3'),
        { name: 'txt', type: 'TXT', ttl, values: ['say "hi"; (ok)', long] },
        { name: 'mx', type: 'MX', ttl, values: [`10 mail.${zone.name}.`] },
      ],
    });
    const before = await ownSets(driver, zone);
    const text = await driver.exportZone(zone);
    expect(await driver.importZone(zone, text)).toEqual({ upsert: [], delete: [] });
    await driver.applyChanges(zone, {
      upsert: [a('www', '192.0.2.99'), a('extra', '192.0.2.4')],
      delete: [{ name: 'txt', type: 'TXT' }],
    });
    const changes = await driver.importZone(zone, text);
    expect(sorted(changes.upsert.map(({ name }) => name))).toEqual(['txt', 'www']);
    await driver.deleteRecordSet(zone, 'extra', 'A');
    const after = await ownSets(driver, zone);
    const plain = (sets: RecordSet[]) =>
      sorted(sets.map(({ name, type, values }) => `${name} ${type} ${sorted(values).join()}`));
    expect(plain(after)).toEqual(plain(before));
  });

  inZone('leaves what a text does not name where it imports it', async (driver, zone) => {
    await driver.applyChanges(zone, {
      upsert: [
        a('kept', '192.0.2.1'),
        a('www', '192.0.2.2'),
        { name: 'www', type: 'TXT', ttl, values: ['kept too'] },
      ],
    });
    const changes = await driver.importZone(zone, `$TTL ${ttl}\nwww A 192.0.2.3\n`);
    expect(changes).toEqual({ upsert: [a('www', '192.0.2.3')], delete: [] });
    const sets = await ownSets(driver, zone);
    expect(
      sorted(sets.map(({ name, type, values }) => `${name} ${type} ${values.join()}`)),
    ).toEqual(['kept A 192.0.2.1', 'www A 192.0.2.3', 'www TXT kept too']);
  });

  inZone('imports a zone file with relative names and comments', async (driver, zone) => {
    const text = `$TTL ${ttl}\nwww IN A 192.0.2.1 ; one\n A 192.0.2.2\nmx MX 10 mail\n`;
    await driver.importZone(zone, text);
    expect(sorted((await driver.getRecordSet(zone, 'www', 'A')).values)).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ]);
    expect((await driver.getRecordSet(zone, 'mx', 'MX')).values).toEqual([`10 mail.${zone.name}.`]);
  });

  inZone('imports nothing of a text with a mistake in it', async (driver, zone) => {
    const text = `$TTL ${ttl}\nwww A 192.0.2.1\nwww A 192.0.2.\n`;
    const error = await rejection(driver.importZone(zone, text));
    expect(error['code']).toBe('SDK_CONFIGURATION');
    expect(String(error['message'])).toContain('line 3');
    expect(await ownSets(driver, zone)).toEqual([]);
  });

  inZone(
    'tells the difference to desired sets, and applying it leaves none',
    async (driver, zone) => {
      await driver.applyChanges(zone, {
        upsert: [
          a('same', '192.0.2.1', '192.0.2.2'),
          a('other', '192.0.2.3'),
          a('gone', '192.0.2.4'),
        ],
      });
      const desired = [
        a('same', '192.0.2.2', '192.0.2.1'),
        a('other', '192.0.2.5'),
        a('new', '192.0.2.6'),
      ];
      const diff = await driver.diffZone(zone, desired);
      expect(diff).toEqual({
        upsert: [desired[1], desired[2]],
        delete: [{ name: 'gone', type: 'A' }],
      });
      await driver.applyChanges(zone, diff);
      expect(await driver.diffZone(zone, desired)).toEqual({ upsert: [], delete: [] });
      expect(sorted((await ownSets(driver, zone)).map(({ name }) => name))).toEqual([
        'new',
        'other',
        'same',
      ]);
    },
  );
}
