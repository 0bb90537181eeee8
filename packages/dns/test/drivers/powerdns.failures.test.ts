import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isSdkError } from '@sdk/common';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import type { PowerDnsOptions } from '@sdk/dns/drivers/powerdns';
import { startProxy } from '@sdk/testing';
import { API_KEY, startPowerDns } from './powerdns/origin.js';
import type { PowerDnsOrigin } from './powerdns/origin.js';

const www = { name: 'www', type: 'A', ttl: 60, values: ['192.0.2.1'] };

let origin: PowerDnsOrigin;
let dns: PowerDns;

beforeEach(async () => {
  origin = await startPowerDns();
  dns = new PowerDns({ endpoint: origin.url, apiKey: API_KEY, env: {}, retry: false });
});

afterEach(async () => {
  await dns.close();
  await origin.close();
});

async function failure(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSdkError(error)) throw new Error(`no SDK error: ${inspect(error)}`);
  return error as unknown as Record<string, unknown>;
}

describe("the server's failures", () => {
  test.each([
    [401, { error: 'Unauthorized' }, 'SDK_AUTHENTICATION', 'Unauthorized'],
    [404, { error: 'Not Found' }, 'SDK_NOT_FOUND', 'Not Found'],
    [409, { error: 'Conflict' }, 'SDK_CONFLICT', 'Conflict'],
    [
      422,
      { error: 'RRset www.example.org. IN CNAME: Conflicts with pre-existing RRset' },
      'SDK_VALIDATION',
      'Conflicts with pre-existing RRset',
    ],
    [422, { error: 'Bad zone', errors: ['one', 'two'] }, 'SDK_VALIDATION', 'Bad zone; one; two'],
    [500, 'Internal Server Error', 'SDK_SERVER', ''],
  ])('%i %j is an error with the code %s', async (status, body, code, message) => {
    origin.next = { status, body };
    const error = await failure(dns.upsertRecordSet('example.org', www));
    expect(error['code']).toBe(code);
    expect(error['status']).toBe(status);
    expect(String(error['message'])).toContain(message);
  });

  test.each([
    ['a list', {}],
    ['a list', undefined],
  ])('an answer that is not %s is malformed', async (what, body) => {
    origin.next = { status: 200, body };
    const error = await failure(dns.listZones()[Symbol.asyncIterator]().next());
    expect(error['code']).toBe('SDK_MALFORMED_RESPONSE');
    expect(String(error['message'])).toContain(what);
  });

  const soa = {
    name: 'example.org.',
    type: 'SOA',
    ttl: 60,
    records: [{ content: 'a. b. 1 2 3 4 5' }],
  };
  const zone = { id: 'example.org.', name: 'example.org.', kind: 'Native' };

  test.each([
    [[null]],
    [[1]],
    [[{ ...zone, name: 'a..b' }]],
    [[{ ...zone, kind: undefined }]],
    [[{ ...zone, id: 7 }]],
  ])('a list of zones that is %j is malformed', async (body) => {
    const first = dns.listZones()[Symbol.asyncIterator]();
    origin.next = { status: 200, body };
    expect((await failure(first.next()))['code']).toBe('SDK_MALFORMED_RESPONSE');
    origin.next = { status: 200, body };
    expect((await failure(dns.deleteZone('0/25.example')))['code']).toBe('SDK_MALFORMED_RESPONSE');
  });

  test.each([
    [null],
    ['x'],
    [[null]],
    [[{ ...soa, records: undefined }]],
    [[{ ...soa, records: [null] }]],
    [[{ ...soa, records: [{ content: 7 }] }]],
    [[{ ...soa, ttl: '60' }]],
    [[{ ...soa, name: 7 }]],
    [[{ ...soa, type: undefined }]],
  ])('a zone with the sets %j is malformed', async (rrsets) => {
    const calls = [
      () => dns.listRecordSets('example.org')[Symbol.asyncIterator]().next(),
      () => dns.getRecordSet('example.org', '', 'SOA'),
      () => dns.exportZone('example.org'),
      () =>
        dns.createRecord('example.org', {
          name: '',
          type: 'SOA',
          ttl: 1,
          value: 'a. b. 1 2 3 4 5',
        }),
    ];
    for (const call of calls) {
      origin.next = { status: 200, body: { ...zone, rrsets } };
      expect(await failure(call())).toMatchObject({ code: 'SDK_MALFORMED_RESPONSE', status: 200 });
    }
  });

  test.each([[[null]], [[{ object_type: 'zone', zone_id: 'x', name: 'a..b' }]], [[{}]]])(
    'hits of a search that are %j are malformed',
    async (body) => {
      origin.next = { status: 200, body };
      const first = dns.searchData('x')[Symbol.asyncIterator]().next();
      expect((await failure(first))['code']).toBe('SDK_MALFORMED_RESPONSE');
    },
  );

  test.each(['null', {}, []])('an answer that is no server is malformed: %j', async (body) => {
    origin.next = { status: 200, body };
    expect((await failure(dns.getServer()))['code']).toBe('SDK_MALFORMED_RESPONSE');
  });

  test('a zone that was created and comes back with a broken SOA is malformed', async () => {
    origin.next = { status: 201, body: { ...zone, rrsets: [{ type: 'SOA', ttl: 60 }] } };
    const error = await failure(dns.createZone({ name: 'example.org', ttl: 5 }));
    expect(error['code']).toBe('SDK_MALFORMED_RESPONSE');
  });

  test.each([{ body: '<html>' }, { body: {} }, { body: 'null' }])(
    'an answer that is no zone is malformed: $body',
    async ({ body }) => {
      origin.next = { status: 200, body };
      expect((await failure(dns.getZone('example.org')))['code']).toBe('SDK_MALFORMED_RESPONSE');
    },
  );
});

describe('a deletion whose answer was lost', () => {
  test('is sent again, and that it finds nothing then is its success', async () => {
    origin.zones.set('example.org.', []);
    const patient = dns.with({ retry: { attempts: 2, baseDelayMs: 1 } });
    origin.next = { status: 502, body: 'Bad Gateway', then: () => origin.zones.clear() };
    await patient.deleteZone('example.org');
    expect(origin.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
    expect((await failure(patient.deleteZone('example.org')))['code']).toBe('SDK_NOT_FOUND');
  });
});

describe('a deletion of a zone that never was', () => {
  test('fails, where the attempts before reached no server', async () => {
    const probe = createServer();
    await once(probe.listen(0, '127.0.0.1'), 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    let asked = 0;
    const late = createServer((_request, response) => response.writeHead(404).end());
    const early = new PowerDns({
      endpoint: `http://127.0.0.1:${port}`,
      apiKey: API_KEY,
      env: {},
      retry: { attempts: 2, baseDelayMs: 1 },
      // Asked before each attempt: the server is there for the second.
      httpProxy: async () => {
        asked += 1;
        if (asked === 2) await once(late.listen(port, '127.0.0.1'), 'listening');
        return false as const;
      },
    });
    try {
      const error = await failure(early.deleteZone('never.org'));
      expect(error['code']).toBe('SDK_NOT_FOUND');
      expect(error['attempts']).toMatchObject([{ code: 'SDK_CONNECTION' }, { status: 404 }]);
    } finally {
      await early.close();
      late.close();
    }
  });
});

describe('what is refused before anything is sent', () => {
  const options = (wrong: object): PowerDnsOptions => ({
    endpoint: origin.url,
    apiKey: API_KEY,
    ...wrong,
  });

  test.each([
    [{ apiKey: undefined }, 'apiKey is undefined'],
    [{ apiKey: '' }, 'apiKey is empty'],
    [{ apiKey: 'secret-canary\r\nX: y' }, 'apiKey is empty or holds'],
    [{ endpoint: undefined }, 'endpoint is missing'],
    [{ endpoint: 'ftp://x' }, 'endpoint must begin with http'],
    [{ serverId: '../x' }, 'serverId must be'],
    [{ apikey: 'x' }, 'did you mean "apiKey"?'],
  ])('options with %j', (wrong, message) => {
    expect(() => new PowerDns(options(wrong))).toThrow(message);
    expect(() => new PowerDns(options(wrong))).not.toThrow('canary');
  });

  test.each([
    [{ name: 'x.example', kind: 'master' }, 'kind "master" is none of'],
    [{ name: 'x.example', kind: 'secondary', ttl: 60 }, 'ttl cannot be set'],
    [{ name: 'x.example', kind: 'secondary', nameservers: ['ns.'] }, 'nameservers cannot be set'],
    [{ name: 'x.example', nameservers: ['ns1.example.net'] }, 'lacks the dot'],
    [{ name: 'x.example', masters: '192.0.2.1' }, 'masters must be a list'],
    [{ name: 'x.example', account: 'a\nb' }, 'account'],
    [{ name: 'x.example', tll: 60 }, 'did you mean "ttl"?'],
  ])('a new zone of %j', async (input, message) => {
    const error = await failure(dns.createZone(input as { name: string }));
    expect([error['code'], origin.requests.length]).toEqual(['SDK_CONFIGURATION', 0]);
    expect(String(error['message'])).toContain(message);
  });

  test.each([
    ['a zone without a name', () => dns.getZone('')],
    ['a zone with a space', () => dns.getZone('a b')],
    ['a zone that is none', () => dns.deleteZone({} as never)],
    ['an empty type', () => dns.getRecordSet('example.org', 'www', '')],
    ['an id that is none', () => dns.deleteRecord('example.org', 'www')],
    ['an id with a broken name', () => dns.deleteRecord('example.org', 'A/%zz/192.0.2.1')],
    ['a query that is empty', () => dns.searchData('')[Symbol.asyncIterator]().next()],
    ['a TTL that is none', () => dns.updateRecord('example.org', 'A/www/192.0.2.1', { ttl: 0.5 })],
    [
      'a value of another type',
      () => dns.updateRecord('example.org', 'A/www/192.0.2.1', { type: 'MX' }),
    ],
    [
      'a text that is no string',
      () => dns.upsertRecordSet('example.org', { ...www, type: 'TXT', values: [null as never] }),
    ],
    ['changes that are no lists', () => dns.applyChanges('example.org', { upsert: 'x' as never })],
    ['a text that is none', () => dns.importZone('example.org', 7 as never)],
  ])('%s', async (_what, run) => {
    const error = await failure(run());
    expect([error['code'], origin.requests.length]).toEqual(['SDK_CONFIGURATION', 0]);
  });

  test.each([
    ['an option that is none', { signl: 1 }],
    ['options that are none', null],
  ])('%s, even for changes of nothing', async (_what, call) => {
    const error = await failure(dns.applyChanges('example.org', {}, call as object));
    expect([error['code'], origin.requests.length]).toEqual(['SDK_CONFIGURATION', 0]);
  });

  test('changes of nothing after the end', async () => {
    await dns.close();
    expect((await failure(dns.applyChanges('example.org', {})))['field']).toBe('close');
  });

  test('changes of nothing of a call that was given up', async () => {
    const signal = AbortSignal.abort(new Error('given up'));
    await expect(dns.applyChanges('example.org', {}, { signal })).rejects.toThrow('given up');
  });

  test.each(['CNAME', 'DNAME'])('a %s of two values', async (type) => {
    const set = { name: 'x', type, ttl: 60, values: ['a.org.', 'b.org.'] };
    const text = `x 60 ${type} a.org.\nx 60 ${type} b.org.\n`;
    for (const call of [
      () => dns.upsertRecordSet('example.org', set),
      () => dns.importZone('example.org', text),
    ]) {
      const error = await failure(call());
      expect([error['code'], origin.requests.length]).toEqual(['SDK_CONFIGURATION', 0]);
      expect(String(error['message'])).toContain(`a ${type} has one`);
    }
  });

  test('says which of many sets is wrong', async () => {
    const upsert = [www, { ...www, name: 'b', values: ['192.0.2.1', 'x'] }];
    const error = await failure(dns.applyChanges('example.org', { upsert }));
    expect(error['field']).toBe('upsert[1].values[1]');
  });
});

describe('the key', () => {
  test('is in no error, no inspected driver and no JSON, even where the server echoes it', async () => {
    origin.next = { status: 422, body: { error: `bad header x-api-key: ${API_KEY}` } };
    const error = await failure(dns.upsertRecordSet('example.org', www));
    const shown = [error, dns, dns.with({ httpProxy: false })].flatMap((value) => [
      inspect(value, { depth: 9, showHidden: true }),
      JSON.stringify(value),
      String((value as { message?: unknown }).message),
    ]);
    expect(shown.filter((text) => text.includes(API_KEY))).toEqual([]);
    expect(origin.requests[0]?.headers['x-api-key']).toBe(API_KEY);
  });
});

describe('the way', () => {
  test('of a call is the proxy that the call, the view or the driver names', async () => {
    const [a, b] = await Promise.all([startProxy(), startProxy()]);
    const via = new PowerDns({ endpoint: origin.url, apiKey: API_KEY, httpProxy: a.url, env: {} });
    try {
      await via.getServer();
      await via.getServer({ httpProxy: b.url });
      await via.with({ httpProxy: b.url }).getServer();
      await via.getServer({ httpProxy: false });
      expect([a.stats.forwards, b.stats.forwards, origin.requests.length]).toEqual([1, 2, 4]);
    } finally {
      await via.close();
      await Promise.all([a.close(), b.close()]);
    }
  });
});
