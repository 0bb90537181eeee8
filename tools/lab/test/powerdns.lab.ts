import { Resolver } from 'node:dns/promises';
import { describe, expect, test } from '@jest/globals';
import { readEndpoints } from '../endpoints.js';
import { sendRaw } from './raw-http.js';
import type { RawAnswer } from './raw-http.js';

const { powerdns } = readEndpoints();
const zones = `${powerdns.url}/api/v1/servers/${powerdns.serverId}/zones`;

const call = (method: string, url: string, body?: unknown): Promise<RawAnswer> =>
  sendRaw(url, {
    method,
    headers: { 'x-api-key': powerdns.apiKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('the PowerDNS of the lab', () => {
  test('creates a zone, answers for its records over DNS, and deletes it', async () => {
    const name = 'self-check.lab.test.';
    const rrset = {
      name: `www.${name}`,
      type: 'A',
      ttl: 60,
      records: [{ content: '192.0.2.7', disabled: false }],
    };
    const zone = { name, kind: 'Native', nameservers: [`ns1.${name}`], rrsets: [rrset] };
    expect(await call('POST', zones, zone)).toMatchObject({ status: 201 });
    expect(await call('POST', zones, zone)).toMatchObject({ status: 409 });

    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers([`${powerdns.dnsHost}:${powerdns.dnsPort}`]);
    expect(await resolver.resolve4(`www.${name}`)).toEqual(['192.0.2.7']);

    expect(await call('DELETE', `${zones}/${name}`)).toMatchObject({ status: 204 });
    expect(await call('GET', `${zones}/${name}`)).toMatchObject({ status: 404 });
  });

  test('refuses a wrong API key', async () => {
    const answer = await sendRaw(zones, { headers: { 'x-api-key': 'wrong' } });
    expect(answer.status).toBe(401);
  });

  test('refuses a record whose content is no address', async () => {
    const name = 'broken.lab.test.';
    const records = [{ content: 'not an address', disabled: false }];
    const rrsets = [{ name: `www.${name}`, type: 'A', ttl: 60, records }];
    const answer = await call('POST', zones, { name, kind: 'Native', nameservers: [], rrsets });
    expect(answer.status).toBe(422);
  });
});
