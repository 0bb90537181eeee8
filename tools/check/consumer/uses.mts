// What a user writes first; compiled, never run, against the declarations in the tarballs.
import { AxiosTransport, explainProxy, isSdkError, parseProxyUrl, resolveProxy } from '@sdk/common';
import { DigitalOceanCompute } from '@sdk/compute/drivers/digitalocean';
import { PowerDns } from '@sdk/dns/drivers/powerdns';
import { getDriver } from '@sdk/storage';
import { LocalStorage } from '@sdk/storage/drivers/local';
import { testTransport } from '@sdk/testing';
import type { ExpectFunction } from '@sdk/testing';
import { test } from 'node:test';

export async function firstSteps(
  token: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const compute = new DigitalOceanCompute({
    token,
    httpProxy: 'http://ada:p%40ss@proxy.corp:3128',
  });
  const names: string[] = [];
  try {
    for await (const node of compute.listNodes({ signal })) names.push(node.name);
    const node = { name: 'web-1', size: 's-1vcpu-1gb', image: 'debian-12-x64' };
    const created = await compute.createNode(node, {
      httpProxy: false,
      timeouts: { totalMs: 60_000 },
    });
    names.push(created.id);
    compute.setHttpProxy('http://other.corp:3128');
    for await (const image of compute.with({ httpProxy: 'http://lab:8080' }).listImages())
      names.push(image.id);
  } catch (error) {
    if (isSdkError(error, 'SDK_PROXY')) names.push(error.message);
    else throw error;
  } finally {
    await compute.close();
  }
  return names;
}

export async function services(): Promise<void> {
  const dns = new PowerDns({
    endpoint: 'http://127.0.0.1:8081',
    apiKey: 'key',
    httpProxy: undefined,
  });
  for await (const zone of dns.listZones()) console.log(zone.name);
  const S3Storage = await getDriver('s3');
  const s3 = new S3Storage({
    endpoint: new URL('https://127.0.0.1:4568'),
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    region: 'eu-west-1',
    transport: new AxiosTransport(),
    httpProxy: ({ purpose }) => (purpose === 'api' ? ['http://a:3128', 'direct'] : false),
  });
  const { body } = await s3.getObject('container', 'name', { range: { start: 0, end: 10 } });
  await new LocalStorage({ root: '/tmp/objects' }).putObject('container', 'name', body);
}

export function decisions(): string | undefined {
  const levels = {
    instance: { httpProxy: 'http://proxy.corp:3128' },
    env: { NO_PROXY: 'example.com' },
  };
  const { proxy, decidedBy } = resolveProxy('https://example.com/', levels);
  console.log(explainProxy('https://example.com/', levels), parseProxyUrl('proxy.corp:3128').port);
  return proxy === undefined ? decidedBy : proxy.host;
}

export function contracts(expect: ExpectFunction): void {
  testTransport((options) => new AxiosTransport(options), { test, expect });
}
