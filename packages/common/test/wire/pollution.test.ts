import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { createCertificateAuthority, scripts, startOrigin, startScriptedProxy } from '@sdk/testing';
import type { CertificateAuthority } from '@sdk/testing';
import { attempt, text } from '../transport/request.js';

let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await createCertificateAuthority();
});

const polluted = Object.prototype as Record<string, unknown>;
const added: string[] = [];
afterEach(() => {
  for (const key of added.splice(0)) delete polluted[key];
});

function pollute(key: string, value: unknown): void {
  Object.defineProperty(polluted, key, { value, configurable: true, writable: true });
  added.push(key);
}

test('a proxy on Object.prototype does not catch a direct request', async () => {
  const origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  const evil = await startScriptedProxy(scripts.silent);
  const transport = new AxiosTransport();
  const request = attempt(`${origin.url}/`, { tls: { ca: authority.cert } });
  pollute('proxy', {
    protocol: 'http:',
    host: '127.0.0.1',
    port: evil.port,
    href: 'x',
    headers: [],
  });
  const response = await transport.send(request);
  expect(response.status).toBe(200);
  await text(response.body);
  expect(evil.connections).toHaveLength(0);
  await transport.close();
  await Promise.all([origin.close(), evil.close()]);
});

test.each([
  ['a path', 'path', '/tmp/nothing.sock'],
  ['an authority', 'ca', () => authority.cert],
  ['a blind eye', 'rejectUnauthorized', false],
])('%s on Object.prototype changes no connection', async (_name, key, value) => {
  const origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  const transport = new AxiosTransport();
  const trusted = attempt(`${origin.url}/`, { tls: { onlyCa: authority.cert } });
  // TLS settings of its own, so that no context made for another test is used.
  const distrusted = attempt(`${origin.url}/`, { tls: { servername: `a.${key}.test` } });
  pollute(key, typeof value === 'function' ? value() : value);
  await text((await transport.send(trusted)).body);
  await expect(transport.send(distrusted)).rejects.toMatchObject({ code: 'SDK_TLS' });
  await transport.close();
  await origin.close();
});
