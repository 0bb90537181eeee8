import { sorted, type DnsBench } from './dns-bench.js';
import { collect } from './runner.js';

/** Single records beside their siblings. */
export function testRecords({ expect, expectCode, expectPlain, inZone, a, ttl }: DnsBench): void {
  inZone(
    'creates records beside each other, lists them, and refuses one that exists',
    async (driver, zone) => {
      const first = await driver.createRecord(zone, {
        name: 'www',
        type: 'A',
        ttl,
        value: '192.0.2.1',
      });
      const second = await driver.createRecord(zone, {
        name: 'www',
        type: 'A',
        ttl,
        value: '192.0.2.2',
      });
      expect(first).toMatchObject({ name: 'www', type: 'A', ttl, value: '192.0.2.1' });
      const records = (await collect(driver.listRecords(zone))).filter(
        ({ name }) => name === 'www',
      );
      for (const record of [first, second, ...records]) expectPlain(record);
      expect(sorted(records.map(({ id }) => id))).toEqual(sorted([first.id, second.id]));
      expect(sorted(records.map(({ value }) => value))).toEqual(['192.0.2.1', '192.0.2.2']);
      await expectCode(
        driver.createRecord(zone, { name: 'www', type: 'A', ttl, value: '192.0.2.2' }),
        'SDK_CONFLICT',
      );
    },
  );

  inZone('changes one record and leaves its siblings', async (driver, zone) => {
    await driver.upsertRecordSet(zone, a('www', '192.0.2.1', '192.0.2.2', '192.0.2.3'));
    const record = (await collect(driver.listRecords(zone))).find(
      ({ value }) => value === '192.0.2.2',
    );
    if (record === undefined) throw new Error('the record that was written is not in the list');
    const changed = await driver.updateRecord(zone, record, { value: '192.0.2.9' });
    expect(changed).toMatchObject({ name: 'www', type: 'A', ttl, value: '192.0.2.9' });
    const { values } = await driver.getRecordSet(zone, 'www', 'A');
    expect(sorted(values)).toEqual(['192.0.2.1', '192.0.2.3', '192.0.2.9']);
    const moved = await driver.updateRecord(zone, changed.id, { name: 'other', ttl: ttl * 2 });
    expect(moved).toMatchObject({ name: 'other', type: 'A', ttl: ttl * 2, value: '192.0.2.9' });
    expect(sorted((await driver.getRecordSet(zone, 'www', 'A')).values)).toEqual([
      '192.0.2.1',
      '192.0.2.3',
    ]);
    expect((await driver.getRecordSet(zone, 'other', 'A')).values).toEqual(['192.0.2.9']);
  });

  inZone('moves a record beside those that its new name has already', async (driver, zone) => {
    await driver.upsertRecordSet(zone, a('old', '192.0.2.1', '192.0.2.2'));
    await driver.upsertRecordSet(zone, a('new', '192.0.2.3', '192.0.2.4'));
    const record = (await collect(driver.listRecords(zone))).find(
      ({ value }) => value === '192.0.2.1',
    );
    if (record === undefined) throw new Error('the record that was written is not in the list');
    await driver.updateRecord(zone, record, { name: 'new' });
    const valuesOf = async (name: string): Promise<string[]> =>
      sorted((await driver.getRecordSet(zone, name, 'A')).values);
    expect(await valuesOf('old')).toEqual(['192.0.2.2']);
    expect(await valuesOf('new')).toEqual(['192.0.2.1', '192.0.2.3', '192.0.2.4']);
  });

  inZone('changes no record that is not there, and none into one that is', async (driver, zone) => {
    const one = await driver.createRecord(zone, {
      name: 'www',
      type: 'A',
      ttl,
      value: '192.0.2.1',
    });
    await driver.createRecord(zone, { name: 'www', type: 'A', ttl, value: '192.0.2.2' });
    await expectCode(driver.updateRecord(zone, one, { value: '192.0.2.2' }), 'SDK_CONFLICT');
    await driver.deleteRecord(zone, one);
    await expectCode(driver.updateRecord(zone, one, { value: '192.0.2.3' }), 'SDK_NOT_FOUND');
    expect((await driver.getRecordSet(zone, 'www', 'A')).values).toEqual(['192.0.2.2']);
  });

  inZone(
    'deletes one record and leaves its siblings, and is content where there is none',
    async (driver, zone) => {
      await driver.upsertRecordSet(zone, { ...a('txt', 'one', 'two'), type: 'TXT' });
      const records = (await collect(driver.listRecords(zone))).filter(
        ({ type }) => type === 'TXT',
      );
      const [first, second] = records;
      if (first === undefined || second === undefined)
        throw new Error('the records are not in the list');
      await driver.deleteRecord(zone, first.id);
      expect((await driver.getRecordSet(zone, 'txt', 'TXT')).values).toEqual([second.value]);
      await driver.deleteRecord(zone, first);
      await driver.deleteRecord(zone, second);
      await expectCode(driver.getRecordSet(zone, 'txt', 'TXT'), 'SDK_NOT_FOUND');
      await driver.deleteRecord(zone, second);
    },
  );
}
