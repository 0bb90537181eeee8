import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { API_KEY, startPowerDns } from './powerdns/origin.js';
import type { PowerDnsOrigin } from './powerdns/origin.js';

const ZONE = '/api/v1/servers/localhost/zones/example.org.';
const on = (content: string) => ({ content, disabled: false });
const off = (content: string) => ({ content, disabled: true });

let origin: PowerDnsOrigin;
let dns: PowerDns;

beforeEach(async () => {
  origin = await startPowerDns();
  dns = new PowerDns({ endpoint: origin.url, apiKey: API_KEY, env: {} });
  origin.zones.set('example.org.', [
    { name: 'www.example.org.', type: 'A', ttl: 60, records: [on('192.0.2.1')] },
  ]);
});

afterEach(async () => {
  await dns.close();
  await origin.close();
});

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

const sent = () => origin.requests.map(({ method, url }) => `${method} ${url}`);

describe('PowerDns at the wire', () => {
  test('sends its key, asks for JSON, and replaces a set by one PATCH with absolute names', async () => {
    await dns.upsertRecordSet('example.org', {
      name: 'TXT',
      type: 'txt',
      ttl: 300,
      values: ['say "hi"'],
    });
    const [request] = origin.requests;
    expect(sent()).toEqual([`PATCH ${ZONE}`]);
    expect(request?.headers).toMatchObject({ 'x-api-key': API_KEY, accept: 'application/json' });
    expect(origin.bodies()).toEqual([
      {
        rrsets: [
          {
            name: 'txt.example.org.',
            type: 'TXT',
            ttl: 300,
            records: [on('"say \\"hi\\""')],
            changetype: 'REPLACE',
          },
        ],
      },
    ]);
  });

  test('applies several changes by one PATCH, deletions first', async () => {
    await dns.applyChanges('example.org', {
      upsert: [{ name: 'www', type: 'CNAME', ttl: 60, values: ['example.net.'] }],
      delete: [{ name: 'www', type: 'A' }],
    });
    expect(origin.bodies()).toMatchObject([
      {
        rrsets: [
          { name: 'www.example.org.', type: 'A', changetype: 'DELETE' },
          { name: 'www.example.org.', type: 'CNAME', changetype: 'REPLACE' },
        ],
      },
    ]);
  });

  test('sends nothing for changes of nothing', async () => {
    await dns.applyChanges('example.org', { upsert: [], delete: [] });
    expect(sent()).toEqual([]);
  });

  test('keeps siblings as they came: long texts as they were split, records that are switched off', async () => {
    const records = [on('"a" "b"'), on('"c"'), off('"old"')];
    origin.zones.set('example.org.', [{ name: 'example.org.', type: 'TXT', ttl: 60, records }]);
    await dns.createRecord('example.org', { name: '', type: 'TXT', ttl: 60, value: 'd' });
    expect(origin.zones.get('example.org.')).toMatchObject([
      { records: [on('"a" "b"'), on('"c"'), on('"d"'), off('"old"')] },
    ]);
    await dns.updateRecord('example.org', 'TXT/@/ab', { ttl: 90 });
    expect(origin.zones.get('example.org.')).toMatchObject([
      { ttl: 90, records: [on('"a" "b"'), on('"c"'), on('"d"'), off('"old"')] },
    ]);
    for (const value of ['ab', 'c', 'd']) await dns.deleteRecord('example.org', `TXT/@/${value}`);
    expect(origin.zones.get('example.org.')).toMatchObject([{ records: [off('"old"')] }]);
    expect(await all(dns.listRecordSets('example.org'))).toEqual([]);
    await dns.createRecord('example.org', { name: '', type: 'TXT', ttl: 60, value: 'old' });
    expect(origin.zones.get('example.org.')).toMatchObject([{ records: [on('"old"')] }]);
  });

  test('writes every TXT that it reads: empty, of a space, with control characters, with octets that are no UTF-8', async () => {
    const records = ['""', '" "', '"a\\009b"', '"\\000\\127"', '"\\200"'].map(on);
    origin.zones.set('example.org.', [{ name: 'odd.example.org.', type: 'TXT', ttl: 5, records }]);
    const set = await dns.getRecordSet('example.org', 'odd', 'TXT');
    expect(set.values).toEqual(['', ' ', 'a\tb', '\u0000\u007f', '\udcc8']);
    const text = await dns.exportZone('example.org');
    const ids = (await all(dns.listRecords('example.org'))).map(({ id }) => id);
    origin.zones.set('example.org.', []);
    await dns.upsertRecordSet('example.org', set);
    expect(origin.zones.get('example.org.')).toMatchObject([{ records }]);
    origin.zones.set('example.org.', []);
    await dns.applyChanges('example.org', await dns.diffZone('example.org', text));
    expect(origin.zones.get('example.org.')).toMatchObject([{ records }]);
    await dns.updateRecord('example.org', 'TXT/odd/', { value: '\n' });
    await dns.createRecord('example.org', { name: 'odd', type: 'TXT', ttl: 5, value: '' });
    for (const id of [...ids, 'TXT/odd/\n']) await dns.deleteRecord('example.org', id);
    expect(origin.zones.get('example.org.')).toEqual([]);
  });

  test('does not take a set with comments for the one that was asked for', async () => {
    origin.zones.get('example.org.')?.unshift({
      name: 'note.example.org.',
      type: 'A',
      ttl: 60,
      records: [on('192.0.2.9')],
      comments: [{ content: 'hello' }],
    });
    expect((await dns.getRecordSet('example.org', 'www', 'A')).values).toEqual(['192.0.2.1']);
    await expect(dns.getRecordSet('example.org', 'none', 'A')).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
      message: 'The A set of none in example.org does not exist',
    });
  });

  test('takes the id of a zone from the server where its name is not plain', async () => {
    origin.zones.set('0/25.2.0.192.in-addr.arpa.', []);
    const id = '0=2F25.2.0.192.in-addr.arpa.';
    expect(await dns.getZone('0/25.2.0.192.in-addr.arpa')).toMatchObject({ id });
    expect(await dns.getZone(id)).toMatchObject({ name: '0/25.2.0.192.in-addr.arpa' });
    await dns.deleteZone('0/25.2.0.192.in-addr.arpa.');
    expect(origin.zones.has('0/25.2.0.192.in-addr.arpa.')).toBe(false);
    await expect(dns.deleteZone('0/25.2.0.192.in-addr.arpa.')).rejects.toMatchObject({
      code: 'SDK_NOT_FOUND',
    });
  });

  test('takes no other zone than the one that was named, also where the server answers with all it has', async () => {
    const wire = (name: string) => ({ id: name.replace('/', '=2F'), name, kind: 'Native' });
    const all = ['precious.example.', '0/25.example.'].map(wire);
    origin.zones.set('0/25.example.', []).set('precious.example.', []);
    origin.next = { status: 200, body: all };
    await dns.deleteZone('0/25.example');
    expect([...origin.zones.keys()]).toEqual(['example.org.', 'precious.example.']);
    origin.next = { status: 200, body: all };
    await expect(dns.deleteZone('1/25.example')).rejects.toMatchObject({ code: 'SDK_NOT_FOUND' });
    expect([...origin.zones.keys()]).toEqual(['example.org.', 'precious.example.']);
  });

  test('sends nothing for a name in which Unicode stands beside what ends a host in a URL', async () => {
    await expect(dns.deleteZone('büro/intern.example')).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'zone',
    });
    expect(sent()).toEqual([]);
  });

  test('looks nothing up for a model, and nothing for a plain name', async () => {
    const [zone] = await all(dns.listZones());
    await dns.deleteRecordSet(zone!, 'www', 'A');
    await dns.deleteRecordSet('Example.org', 'www', 'A');
    expect(sent().slice(1)).toEqual([`PATCH ${ZONE}`, `PATCH ${ZONE}`]);
  });

  test("creates a zone with its kind and name servers, then sets the SOA's TTL", async () => {
    const zone = await dns.createZone({
      name: 'bücher.example',
      ttl: 600,
      kind: 'primary',
      nameservers: ['NS1.example.net.'],
      account: 'ops',
    });
    expect(zone).toMatchObject({
      id: 'xn--bcher-kva.example.',
      name: 'xn--bcher-kva.example',
      ttl: 600,
      kind: 'primary',
    });
    const [create, soa] = origin.bodies();
    expect(create).toEqual({
      name: 'xn--bcher-kva.example.',
      kind: 'Master',
      nameservers: ['ns1.example.net.'],
      masters: [],
      account: 'ops',
    });
    expect(soa).toMatchObject({ rrsets: [{ type: 'SOA', ttl: 600, changetype: 'REPLACE' }] });
    expect((await dns.getZone(zone)).ttl).toBe(600);
  });

  test('gives orders, searches, and tells which server it is', async () => {
    await dns.notifyZone('example.org');
    await dns.rectifyZone('example.org');
    await dns.retrieveZone('example.org');
    const hits = await all(dns.searchData('*spf*', { kind: 'record', maxResults: 5 }));
    expect(await dns.getServer()).toMatchObject({ id: 'localhost', version: '4.7.3' });
    expect(sent().slice(0, 4)).toEqual([
      `PUT ${ZONE}/notify`,
      `PUT ${ZONE}/rectify`,
      `PUT ${ZONE}/axfr-retrieve`,
      'GET /api/v1/servers/localhost/search-data?q=%2Aspf%2A&max=5&object_type=record',
    ]);
    const zone = { id: 'example.org.', name: 'example.org' };
    expect(hits).toMatchObject([
      { kind: 'zone', zone, name: '' },
      { kind: 'record', zone, name: 'www', type: 'TXT', ttl: 300, value: 'v=spf1 -all' },
    ]);
  });

  test('reaches endpoints that no method wraps', async () => {
    const answer = await dns.request<{ version: string }>({
      method: 'GET',
      path: '/api/v1/servers/localhost',
    });
    expect([answer.status, answer.body.version]).toEqual([200, '4.7.3']);
  });

  test('asks below the path of its endpoint, and takes one that ends in /api/v1', async () => {
    const under = new PowerDns({ endpoint: `${origin.url}/dns/api/v1`, apiKey: API_KEY, env: {} });
    await expect(under.getServer()).rejects.toMatchObject({ code: 'SDK_NOT_FOUND' });
    await under.close();
    const whole = new PowerDns({ endpoint: `${origin.url}/api/v1/`, apiKey: API_KEY, env: {} });
    expect((await whole.getServer()).id).toBe('localhost');
    await whole.close();
    expect(sent()).toEqual(['GET /dns/api/v1/servers/localhost', 'GET /api/v1/servers/localhost']);
  });

  test.each(['/api', '/api/', '/api/v1', '/api/v1/servers', '/api/v1/servers/localhost/'])(
    'takes %s off the end of its endpoint, as a text and as a URL',
    async (end) => {
      for (const endpoint of [`${origin.url}${end}`, new URL(`${origin.url}${end}`)]) {
        const whole = new PowerDns({ endpoint, apiKey: API_KEY, env: {} });
        expect((await whole.getServer()).id).toBe('localhost');
        await whole.close();
      }
    },
  );

  test('refuses an endpoint that ends in another server than serverId names', () => {
    const endpoint = `${origin.url}/api/v1/servers/other`;
    expect(() => new PowerDns({ endpoint, apiKey: API_KEY, env: {} })).toThrow(
      'endpoint ends in the server "other", and serverId is "localhost"',
    );
  });

  test('says that the zone exists where only the TTL of a new zone could not be set', async () => {
    const body = { error: 'SOA not now' };
    origin.next = {
      status: 201,
      body: {
        id: 'half.example.',
        name: 'half.example.',
        kind: 'Native',
        rrsets: [
          { name: 'half.example.', type: 'SOA', ttl: 3600, records: [on('a. b. 1 2 3 4 5')] },
        ],
      },
      then: () => queueMicrotask(() => (origin.next = { status: 422, body })),
    };
    await expect(dns.createZone({ name: 'half.example', ttl: 60 })).rejects.toMatchObject({
      code: 'SDK_VALIDATION',
      hint: expect.stringContaining('The zone half.example exists now'),
    });
    origin.next = { status: 409, body };
    const refused = dns.createZone({ name: 'half.example', ttl: 60 });
    await expect(refused).rejects.toMatchObject({ code: 'SDK_CONFLICT' });
    expect(
      String(((await refused.catch((error: Error) => error)) as { hint?: string }).hint),
    ).not.toContain('exists now');
  });
});
