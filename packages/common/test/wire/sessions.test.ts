import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AxiosTransport, ProxyServer } from '@sdk/common';
import { createCertificateAuthority, startOrigin, startProxy, type Origin } from '@sdk/testing';
import { attempt, text } from '../transport/request.js';

let origin: Origin;
let ca: string;
let transport: AxiosTransport;

beforeEach(async () => {
  const authority = await createCertificateAuthority();
  ca = authority.cert;
  origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  transport = new AxiosTransport();
});
afterEach(async () => {
  await transport.close();
  await origin.close();
});

/** Sends one request on a new socket; answers whether its handshake resumed a session. */
async function resumes(via: ProxyServer | undefined, tls: object): Promise<boolean | undefined> {
  const request = attempt(`${origin.url}/`, { via, tls, freshSocket: true });
  await text((await transport.send(request)).body);
  return origin.requests.at(-1)?.tlsSessionReused;
}

test('TLS sessions are resumed directly and through tunnels, and never from one way to another', async () => {
  const proxies = [await startProxy(), await startProxy()];
  const [one, two] = proxies.map(
    ({ port }) => new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port }),
  );
  const tls = { ca };
  for (const via of [undefined, one, two]) {
    expect([await resumes(via, tls), await resumes(via, tls)]).toEqual([false, true]);
  }
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

test('a session is not resumed under other TLS settings, whose verification it did not pass', async () => {
  const blind = { rejectUnauthorized: false };
  expect([await resumes(undefined, blind), await resumes(undefined, blind)]).toEqual([false, true]);
  expect(await resumes(undefined, { ca })).toBe(false);
  await expect(resumes(undefined, {})).rejects.toMatchObject({ code: 'SDK_TLS' });
});
