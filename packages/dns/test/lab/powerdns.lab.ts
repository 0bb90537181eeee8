import { Resolver } from 'node:dns/promises';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HttpProxy } from '@sdk/common';
import type { Zone } from '@sdk/dns';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { testDnsDriver } from '@sdk/testing';
import { readSquidLog, readTinyproxyLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';

const { powerdns, squid, tinyproxy } = readEndpoints();
const { url: endpoint, apiKey, serverId } = powerdns;
const zoneName = () => `sdk-${randomBytes(6).toString('hex')}.example`;

const squidCredentials = { username: squid.username, password: squid.password };
const tinyproxyUserinfo = `//${tinyproxy.username}:${tinyproxy.password}@`;

/** What the proxy itself noted, each line with the target as it stood on the wire. */
type ReadLog = () => Promise<readonly { readonly method: string; readonly target: string }[]>;
const squidLog: ReadLog = () => readSquidLog(squid.accessLog);

describe.each<[string, HttpProxy, ReadLog | undefined]>([
  ['directly', false, undefined],
  [
    'through squid, with credentials',
    { url: squid.basic, credentials: squidCredentials },
    squidLog,
  ],
  ['through a CONNECT tunnel of squid', { url: squid.open, tunnel: 'always' }, squidLog],
  [
    'through tinyproxy, with credentials',
    tinyproxy.basic.replace('//', tinyproxyUserinfo),
    () => readTinyproxyLog(tinyproxy.basicLog),
  ],
])('PowerDns on a real server, %s', (_, httpProxy, readLog) => {
  const authority = new URL(endpoint).host;
  const toServer = async () =>
    ((await readLog?.()) ?? []).filter(({ target }) => target.includes(authority));
  let before = 0;
  beforeAll(async () => {
    before = (await toServer()).length;
  });

  testDnsDriver({
    test,
    expect,
    zoneName,
    open: async () => {
      const driver = new PowerDns({ endpoint, apiKey, httpProxy, env: {} });
      return { driver, close: () => driver.close() };
    },
  });

  test('its requests stand in the log of the proxy that was named, in the form that was asked for', async () => {
    const lines = await readUntil(toServer, (all) => readLog === undefined || all.length > before);
    const methods = new Set(lines.slice(before).map(({ method }) => method));
    const tunnelled = typeof httpProxy === 'object' && 'tunnel' in httpProxy;
    expect(methods.has('CONNECT')).toBe(tunnelled);
    expect(methods.has('PATCH')).toBe(readLog !== undefined && !tunnelled);
  });
});

describe('a real PowerDNS', () => {
  const dns = new PowerDns({ endpoint, apiKey, serverId, env: {} });
  let zone: Zone;

  beforeAll(async () => {
    const name = zoneName();
    zone = await dns.createZone({ name, ttl: 77, nameservers: [`ns1.${name}.`] });
  });
  afterAll(async () => {
    await dns.deleteZone(zone);
    await dns.close();
  });

  async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
    const items: T[] = [];
    for await (const item of list) items.push(item);
    return items;
  }

  /** Puts records that the driver itself would not write. */
  const patch = (set: object) =>
    dns.request({
      method: 'PATCH',
      path: ['api', 'v1', 'servers', serverId, 'zones', zone.id],
      json: { rrsets: [{ ttl: 60, changetype: 'REPLACE', ...set }] },
      expect: 'none',
    });

  test('takes the TTL of a new zone, its kind and its name servers', async () => {
    expect(zone).toMatchObject({ ttl: 77, kind: 'native' });
    expect((await dns.getZone(zone.name)).ttl).toBe(77);
    expect((await dns.getRecordSet(zone, '', 'SOA')).ttl).toBe(77);
    expect((await dns.getRecordSet(zone, '', 'NS')).values).toEqual([`ns1.${zone.name}.`]);
  });

  test('takes zones of every kind', async () => {
    for (const kind of ['native', 'primary', 'secondary'] as const) {
      const masters = kind === 'secondary' ? ['192.0.2.1'] : undefined;
      const made = await dns.createZone({ name: zoneName(), kind, masters });
      try {
        expect([made.kind, (await dns.getZone(made)).kind]).toEqual([kind, kind]);
      } finally {
        await dns.deleteZone(made);
      }
    }
  });

  test('serves over DNS what was written, octet for octet', async () => {
    const values = [`say "hi" \\ grün; ${'x'.repeat(300)}`];
    await dns.upsertRecordSet(zone, { name: 'txt', type: 'TXT', ttl: 60, values });
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers([`${powerdns.dnsHost}:${powerdns.dnsPort}`]);
    const [strings = []] = await resolver.resolveTxt(`txt.${zone.name}`);
    expect(Buffer.from(strings.join(''), 'latin1').toString('utf8')).toBe(values[0]);
    expect((await dns.getRecordSet(zone, 'txt', 'TXT')).values).toEqual(values);
  });

  test('has values of many types as they were written', async () => {
    const values: Record<string, string> = {
      AAAA: '2001:db8::1',
      AFSDB: '1 afs.example.net.',
      CAA: '0 issue "ca.example.net; x=1"',
      DS: '60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118',
      HTTPS: '1 . alpn=h2,h3 ipv4hint=192.0.2.1',
      LOC: '51 56 0.123 N 5 54 0.000 E 4.00m 1.00m 10000.00m 10.00m',
      MX: '10 mail.example.net.',
      NAPTR: '100 10 "S" "SIP+D2U" "" _sip._udp.example.net.',
      PTR: 'host.example.net.',
      SPF: 'v=spf1 -all',
      SRV: '10 5 5060 sip.example.net.',
      SSHFP: '4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789',
      TLSA: '3 1 1 123456789abcdef67890123456789abcdef67890123456789abcdef123456789',
      TYPE65280: '\\# 4 0a000001',
      URI: '10 1 "https://example.org/"',
    };
    const upsert = Object.entries(values).map(([type, value]) => ({
      name: 'many',
      type,
      ttl: 60,
      values: [value],
    }));
    await dns.applyChanges(zone, { upsert });
    expect(await dns.diffZone(zone, await dns.exportZone(zone))).toEqual({
      upsert: [],
      delete: [],
    });
    const sets = (await all(dns.listRecordSets(zone))).filter(({ name }) => name === 'many');
    expect(Object.fromEntries(sets.map((set) => [set.type, set.values[0]]))).toEqual(values);
  });

  test('keeps records that are switched off, and the way a text is split, beside changed siblings', async () => {
    const records = [
      { content: '"a" "b"', disabled: false },
      { content: '"old"', disabled: true },
    ];
    await patch({ name: `split.${zone.name}.`, type: 'TXT', records });
    await dns.createRecord(zone, { name: 'split', type: 'TXT', ttl: 60, value: 'c' });
    const set = (await all(dns.listRecordSets(zone))).find(({ name }) => name === 'split');
    expect([...(set?.values ?? [])].sort()).toEqual(['ab', 'c']);
    expect((set?.raw as { records: object[] }).records).toEqual(
      expect.arrayContaining([...records, { content: '"c"', disabled: false }]),
    );
    for (const value of ['ab', 'c']) await dns.deleteRecord(zone, `TXT/split/${value}`);
    await expect(dns.getRecordSet(zone, 'split', 'TXT')).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
    });
    await dns.createRecord(zone, { name: 'split', type: 'TXT', ttl: 60, value: 'old' });
    expect((await dns.getRecordSet(zone, 'split', 'TXT')).values).toEqual(['old']);
  });

  test('does not pass a commented set off as another one', async () => {
    const comments = [{ content: 'why this is here', account: 'ops' }];
    const records = [{ content: '192.0.2.9', disabled: false }];
    await patch({ name: `note.${zone.name}.`, type: 'A', records, comments });
    await expect(dns.getRecordSet(zone, 'absent', 'A')).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
    });
    await dns.createRecord(zone, { name: 'note', type: 'A', ttl: 60, value: '192.0.2.10' });
    const { raw } = await dns.getRecordSet(zone, 'note', 'A');
    expect(raw).toMatchObject({ comments });
    await dns.deleteRecordSet(zone, 'note', 'A');
    expect((await all(dns.listRecordSets(zone))).map(({ name }) => name)).not.toContain('note');
  });

  test('knows zones whose names are not plain by ids of its own', async () => {
    const name = `0/25.${zone.name}`;
    const odd = await dns.createZone({ name });
    try {
      expect(odd.id).toContain('=2F');
      for (const ref of [odd, odd.id, name, `${name}.`]) {
        expect(await dns.getZone(ref)).toMatchObject({ id: odd.id, name });
      }
      await dns.upsertRecordSet(name, { name: '1', type: 'PTR', ttl: 60, values: ['a.example.'] });
      expect((await dns.getRecordSet(odd, '1', 'PTR')).values).toEqual(['a.example.']);
    } finally {
      await dns.deleteZone(odd);
    }
  });

  test('changes all of several sets or none', async () => {
    const good = { name: 'whole', type: 'A', ttl: 60, values: ['192.0.2.1'] };
    const bad = { name: 'whole', type: 'CNAME', ttl: 60, values: ['a.example.net.'] };
    await expect(dns.applyChanges(zone, { upsert: [good, bad] })).rejects.toMatchObject({
      code: 'SDK_VALIDATION',
      message: expect.stringContaining('whole'),
    });
    await expect(dns.getRecordSet(zone, 'whole', 'A')).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
    });
  });

  test('holds a thousand sets that are written by one call and read by one', async () => {
    const big = await dns.createZone({ name: zoneName() });
    try {
      const upsert = Array.from({ length: 1_000 }, (_, n) => ({
        name: `n${n}`,
        type: 'A',
        ttl: 60,
        values: [`198.51.${n >> 8}.${n & 255}`],
      }));
      await dns.applyChanges(big, { upsert });
      const diff = await dns.diffZone(big, upsert);
      expect(diff).toEqual({ upsert: [], delete: [] });
    } finally {
      await dns.deleteZone(big);
    }
  });

  test('refuses a wrong key, which no error shows', async () => {
    const wrong = new PowerDns({ endpoint, apiKey: 'wrong-canary-key', env: {} });
    const error: unknown = await wrong.getServer().catch((reason: unknown) => reason);
    await wrong.close();
    expect(error).toMatchObject({ code: 'SDK_AUTHENTICATION', status: 401 });
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  test('takes orders, is searched, and says its version', async () => {
    await dns.upsertRecordSet(zone, { name: 'find-me', type: 'A', ttl: 60, values: ['192.0.2.1'] });
    const hits = await all(dns.searchData(`*find-me.${zone.name}*`, { kind: 'record' }));
    expect(hits).toMatchObject([
      { kind: 'record', name: 'find-me', type: 'A', value: '192.0.2.1', zone: { id: zone.id } },
    ]);
    await dns.notifyZone(zone);
    await dns.rectifyZone(zone);
    await expect(dns.retrieveZone(zone)).rejects.toMatchObject({ code: 'SDK_VALIDATION' });
    expect((await dns.getServer()).version).toMatch(/^\d+\.\d+/);
  });

  test('is reached through the squid that the environment names', async () => {
    const through = new PowerDns({ endpoint, apiKey, env: { http_proxy: squid.open } });
    const name = zoneName();
    try {
      await through.createZone({ name });
      await through.deleteZone(name);
    } finally {
      await through.close();
    }
    const mine = await readUntil(
      async () =>
        (await readSquidLog(squid.accessLog)).filter(({ target }) => target.includes(name)),
      (lines) => lines.length >= 1,
    );
    expect(mine).toMatchObject([{ method: 'DELETE', status: 204 }]);
  });
});
