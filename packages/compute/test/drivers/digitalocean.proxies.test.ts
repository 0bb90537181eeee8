/** Which way the driver's requests go, told by the proxies' own counters. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { createCertificateAuthority, startProxy } from '@sdk/testing';
import type { CertificateAuthority, Proxy } from '@sdk/testing';
import { startDigitalOcean, TOKEN } from './digitalocean/origin.js';
import type { DigitalOceanOrigin } from './digitalocean/origin.js';

const SPEC = { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' };
const QUICK = { pollMs: 5, waitMs: 5_000 };

let authority: CertificateAuthority;
let origin: DigitalOceanOrigin;
let named: Proxy;
let other: Proxy;
let compute: DigitalOceanCompute;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  [origin, named, other] = await Promise.all([
    startDigitalOcean({ tls: await authority.issue() }),
    startProxy({ credentials: { username: 'ada', password: 'p@ss:100%' } }),
    startProxy(),
  ]);
});

beforeEach(() => {
  compute = new DigitalOceanCompute({
    token: TOKEN,
    endpoint: origin.url,
    tls: { ca: authority.cert },
    httpProxy: named.urlWithCredentials,
  });
});

afterAll(async () => {
  await Promise.all([origin, named, other].map((each) => each?.close()));
});

const requests = (): number[] => [named.requests.length, other.requests.length];

test('an operation takes the driver’s proxy from its start to its last look, in tunnels', async () => {
  const before = requests();
  await compute.createNode(SPEC, QUICK);
  expect(requests()[0]).toBeGreaterThan(before[0]!);
  expect(requests()[1]).toBe(before[1]);
  expect(named.requests.map(({ method }) => method)).toEqual(named.requests.map(() => 'CONNECT'));
  await compute.close();
});

test('an operation takes the proxy of its call from its start to its last look', async () => {
  const before = requests();
  const sent = origin.requests.length;
  await compute.createNode(SPEC, { ...QUICK, httpProxy: other.url });
  expect(origin.requests.length - sent).toBe(5);
  expect(requests()[0]).toBe(before[0]);
  expect(requests()[1]).toBeGreaterThan(before[1]!);
  await compute.close();
});

test('a call that goes direct passes no proxy', async () => {
  const before = requests();
  const sent = origin.requests.length;
  expect(
    await compute.importKeyPair({ name: 'me', publicKey: 'ssh-rsa AAAA me' }, { httpProxy: false }),
  ).toMatchObject({ name: 'me' });
  expect(origin.requests.length - sent).toBe(1);
  expect(requests()).toEqual(before);
  await compute.close();
});

test('a list takes the proxy that setHttpProxy named before', async () => {
  compute.setHttpProxy(other.url);
  const before = requests();
  for await (const node of compute.listNodes()) expect(node.name).toBe('web-1');
  expect(requests()[0]).toBe(before[0]);
  expect(requests()[1]).toBeGreaterThan(before[1]!);
  await compute.close();
});

test('the token stays out of what a proxy sees, and the proxy’s credentials out of what DigitalOcean sees', () => {
  const seen = JSON.stringify([...named.requests, ...other.requests]);
  expect(seen.toLowerCase()).not.toContain('bearer');
  expect(seen).not.toContain(TOKEN);
  const basic = Buffer.from('ada:p@ss:100%').toString('base64');
  expect(seen).toContain(basic);
  const heads = JSON.stringify(origin.requests.map(({ rawHeaders }) => rawHeaders));
  expect(heads).toContain(TOKEN);
  expect(heads.toLowerCase()).not.toContain('proxy-');
  expect(heads).not.toContain(basic);
});
