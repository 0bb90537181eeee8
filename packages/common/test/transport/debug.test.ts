import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Origin, Proxy } from '@sdk/testing';

// `debug` reads it as it loads, and static imports would come first: hence the dynamic ones below.
process.env['DEBUG'] = '*';

const credentials = { username: 'ada', password: 'canary-password' };
let origin: Origin;
let proxy: Proxy;
let ca: string;

beforeAll(async () => {
  const { createCertificateAuthority, startOrigin, startProxy } = await import('@sdk/testing');
  const authority = await createCertificateAuthority();
  ca = authority.cert;
  origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxy = await startProxy({ credentials });
});
afterAll(() => Promise.all([origin.close(), proxy.close()]));

test('DEBUG=* shows that the agents are there, and no secret', async () => {
  const { AxiosTransport } = await import('@sdk/common');
  const { attempt, serverAt } = await import('@sdk/testing');
  const write = process.stderr.write;
  let output = '';
  process.stderr.write = (chunk: string | Uint8Array) => {
    output += String(chunk);
    return true;
  };
  try {
    const transport = new AxiosTransport();
    const headers = ['Authorization', 'Bearer canary-token'];
    const via = serverAt(proxy, credentials);
    const sent = attempt(`${origin.url}/`, { via, headers, tls: { ca } });
    (await transport.send(sent)).body.resume();
    await transport.close();
  } finally {
    process.stderr.write = write;
  }
  expect(proxy.stats.connects).toBe(1);
  expect(output).toMatch(/https-proxy-agent/);
  expect(output).not.toMatch(/canary|Y2FuYXJ5|YWRhOm/);
});
