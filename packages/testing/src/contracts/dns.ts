import { randomBytes } from 'node:crypto';
import { isSdkError } from '@sdk/common';
import type { DnsDriver, RecordSet, Zone } from '@sdk/dns';
import { collect, rejection } from './runner.js';
import type { Runner } from './runner.js';

/** What the suite runs on. */
export interface DnsContract extends Runner {
  /** Opens the driver on an account that the suite may change; called for each test. */
  readonly open: () => Promise<{ readonly driver: DnsDriver; close(): Promise<void> }>;
  /** A zone that is not there yet and can be created; a new one at each call. @default a name below `example.` */
  readonly zoneName?: (() => string) | undefined;
  /** A TTL, in seconds, that the provider takes. @default 300 */
  readonly ttl?: number | undefined;
}

/**
 * What holds for every DNS driver, as tests of any runner.
 *
 * Each test opens the driver anew, works in a zone of its own with a name that nobody has used, deletes the zone, and closes
 * the driver.
 *
 * @example
 * testDnsDriver({ test, expect, open: async () => ({ driver, close: () => driver.close() }) });
 */
export function testDnsDriver(contract: DnsContract): void {
  const { expect, ttl = 300 } = contract;
  const freshName = contract.zoneName ?? (() => `sdk-${randomBytes(6).toString('hex')}.example`);

  const on = (name: string, run: (driver: DnsDriver) => Promise<void>): void => {
    contract.test(name, async () => {
      const { driver, close } = await contract.open();
      try {
        await run(driver);
      } finally {
        await close();
      }
    });
  };

  const inZone = (name: string, run: (driver: DnsDriver, zone: Zone) => Promise<void>): void => {
    on(name, async (driver) => {
      const zone = await driver.createZone({ name: freshName() });
      try {
        await run(driver, zone);
      } finally {
        await driver.deleteZone(zone);
      }
    });
  };

  const expectCode = async (promise: PromiseLike<unknown>, code: string): Promise<void> => {
    const error = await rejection(promise);
    expect(isSdkError(error)).toBe(true);
    expect(error['code']).toBe(code);
  };

  const expectPlain = (model: object): void => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect('raw' in model).toBe(true);
  };

  /** The sets of a zone but for those that every zone has. */
  const ownSets = async (driver: DnsDriver, zone: Zone): Promise<RecordSet[]> => {
    const sets = await collect(driver.listRecordSets(zone));
    return sets.filter(({ name, type }) => name !== '' || (type !== 'SOA' && type !== 'NS'));
  };

  const a = (name: string, ...values: string[]) => ({ name, type: 'A', ttl, values });
  const sorted = (values: Iterable<string>): string[] => [...values].sort();

  // zones

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

  // record sets

  inZone(
    'writes record sets of many types and reads them as they were written',
    async (driver, zone) => {
      const sets = [
        a('', '192.0.2.1'),
        a('www', '192.0.2.1', '192.0.2.2'),
        a('*.wild', '192.0.2.3'),
        { name: 'www', type: 'AAAA', ttl, values: ['2001:db8::1'] },
        { name: 'alias', type: 'CNAME', ttl, values: [`www.${zone.name}.`] },
        { name: '', type: 'MX', ttl, values: [`10 mail.${zone.name}.`, '20 mail.example.net.'] },
        { name: '_sip._udp', type: 'SRV', ttl, values: [`10 5 5060 sip.${zone.name}.`] },
        { name: 'txt', type: 'TXT', ttl, values: ['v=spf1 -all', 'say "hi" \\ there; ok'] },
        { name: 'long', type: 'TXT', ttl, values: ['0123456789'.repeat(60)] },
        { name: '', type: 'CAA', ttl, values: ['0 issue "ca.example.net"'] },
      ];
      for (const set of sets) {
        const written = await driver.upsertRecordSet(zone, set);
        expect(written).toMatchObject(set);
        expectPlain(written);
        const read = await driver.getRecordSet(zone, set.name, set.type);
        expect([read.name, read.type, read.ttl]).toEqual([set.name, set.type, ttl]);
        expect(sorted(read.values)).toEqual(sorted(set.values));
        expectPlain(read);
      }
      const listed = await ownSets(driver, zone);
      expect(sorted(listed.map(({ name, type }) => `${name} ${type}`))).toEqual(
        sorted(sets.map(({ name, type }) => `${name} ${type}`)),
      );
    },
  );

  inZone(
    'takes the apex, absolute names, capitals and Unicode for what they are',
    async (driver, zone) => {
      await driver.upsertRecordSet(zone.name, { ...a('@', '192.0.2.1'), type: 'a' });
      await driver.upsertRecordSet(zone.id, a(`WWW.${zone.name}.`, '192.0.2.2'));
      await driver.upsertRecordSet(zone, a('bücher', '192.0.2.3'));
      const names = (await ownSets(driver, zone)).map(({ name, type }) => `${name} ${type}`);
      expect(sorted(names)).toEqual([' A', 'www A', 'xn--bcher-kva A']);
      expect((await driver.getRecordSet(zone, 'BÜCHER', 'A')).values).toEqual(['192.0.2.3']);
    },
  );

  inZone('replaces a record set whole, its TTL included', async (driver, zone) => {
    await driver.upsertRecordSet(zone, a('www', '192.0.2.1', '192.0.2.2'));
    await driver.upsertRecordSet(zone, { ...a('www', '192.0.2.3'), ttl: ttl * 2 });
    const { ttl: read, values } = await driver.getRecordSet(zone, 'www', 'A');
    expect([read, values]).toEqual([ttl * 2, ['192.0.2.3']]);
  });

  inZone('deletes a record set, and is content where there is none', async (driver, zone) => {
    await driver.upsertRecordSet(zone, a('www', '192.0.2.1'));
    await driver.deleteRecordSet(zone, 'www', 'A');
    await expectCode(driver.getRecordSet(zone, 'www', 'A'), 'SDK_NOT_FOUND');
    await driver.deleteRecordSet(zone, 'www', 'A');
    expect(await ownSets(driver, zone)).toEqual([]);
  });

  inZone('applies several changes at once', async (driver, zone) => {
    await driver.applyChanges(zone, { upsert: [a('old', '192.0.2.1'), a('www', '192.0.2.1')] });
    await driver.applyChanges(zone, {
      upsert: [a('www', '192.0.2.2'), a('new', '192.0.2.3')],
      delete: [
        { name: 'old', type: 'A' },
        { name: 'never', type: 'TXT' },
      ],
    });
    const sets = (await ownSets(driver, zone)).map(
      ({ name, values }) => `${name} ${values.join()}`,
    );
    expect(sorted(sets)).toEqual(['new 192.0.2.3', 'www 192.0.2.2']);
    await driver.applyChanges(zone, {});
  });

  inZone('refuses what cannot be a record set, and changes nothing', async (driver, zone) => {
    const good = a('www', '192.0.2.1');
    const wrong = [
      { ...good, name: 'a..b' },
      { ...good, name: `${'a'.repeat(64)}` },
      { ...good, name: `${'a.'.repeat(126)}b` },
      { ...good, name: 'a\nb' },
      { ...good, name: 'www.elsewhere.invalid.' },
      { ...good, name: `www.${zone.name}` },
      { ...good, type: '' },
      { ...good, type: 'A B' },
      { ...good, ttl: -1 },
      { ...good, ttl: 1.5 },
      { ...good, ttl: 2 ** 31 },
      { ...good, ttl: NaN },
      { ...good, ttl: '300' as unknown as number },
      { ...good, values: [] },
      { ...good, values: [''] },
      { ...good, values: ['192.0.2.1', '192.0.2'] },
      { ...good, type: 'TXT', values: [7 as unknown as string] },
      { ...good, type: 'CNAME', values: ['no-dot-at-the-end'] },
      { ...good, type: 'MX', values: ['mail.example.net.'] },
      { ...good, tttl: 1 },
    ];
    for (const set of wrong) {
      await expectCode(driver.upsertRecordSet(zone, set), 'SDK_CONFIGURATION');
      await expectCode(driver.applyChanges(zone, { upsert: [good, set] }), 'SDK_CONFIGURATION');
    }
    await expectCode(
      driver.applyChanges(zone, { upsert: [good], delete: [{ name: 'WWW', type: 'a' }] }),
      'SDK_CONFIGURATION',
    );
    expect(await ownSets(driver, zone)).toEqual([]);
  });

  // records

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

  // zone files

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

  // the driver

  on('refuses unknown options by name, and calls after it was closed', async (driver) => {
    const misspelt = { httpProxi: false } as object;
    const error = await rejection(collect(driver.listZones(misspelt)));
    expect(error['code']).toBe('SDK_CONFIGURATION');
    expect(String(error['message'])).toContain('httpProxi');
    await driver.close();
    await expectCode(collect(driver.listZones()), 'SDK_CONFIGURATION');
  });

  on('ends a call with the reason of its signal', async (driver) => {
    const reason = new Error('no longer wanted');
    const signal = AbortSignal.abort(reason);
    expect(await rejection(collect(driver.listZones({ signal })))).toBe(reason);
  });
}
