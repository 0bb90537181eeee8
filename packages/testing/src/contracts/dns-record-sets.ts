import { sorted, type DnsBench } from './dns-bench.js';

/** Record sets: all values of one name and type, written and read whole. */
export function testRecordSets({
  expect,
  expectCode,
  expectPlain,
  inZone,
  ownSets,
  a,
  ttl,
}: DnsBench): void {
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
        expect(written).toMatchObject({ ...set });
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
}
