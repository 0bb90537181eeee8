import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { RequestOptions } from 'node:https';
import { createCertificateAuthority, createSelfSignedCertificate, startOrigin } from '@sdk/testing';
import type { CertificateAuthority, Origin, ServerTls } from '@sdk/testing';

let ca: CertificateAuthority;
const origins: Origin[] = [];

beforeAll(async () => {
  ca = await createCertificateAuthority();
});
afterAll(async () => {
  for (const origin of origins) await origin.close();
});

async function started(tls: ServerTls): Promise<Origin> {
  const origin = await startOrigin({ tls });
  origins.push(origin);
  return origin;
}

function status(url: string, options: RequestOptions = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ca: ca.cert, agent: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject);
  });
}

describe('a certificate made for the run', () => {
  test('is trusted by a client that trusts its root, by name and by both addresses', async () => {
    const origin = await started(await ca.issue());
    expect(await status(origin.url)).toBe(200);
    expect(await status(`https://localhost:${origin.port}/`, { family: 4 })).toBe(200);
    const six = await startOrigin({ tls: await ca.issue(), host: '::1' });
    origins.push(six);
    // By its name: Node 22.23 takes no IPv6 address for one when it compares it with a certificate's.
    expect(await status(six.url, { servername: 'localhost' })).toBe(200);
    const { cert } = await ca.issue();
    const addresses = ['::1', '127.0.0.1', '::2'];
    expect(addresses.map((address) => new X509Certificate(cert).checkIP(address))).toEqual([
      '::1',
      '127.0.0.1',
      undefined,
    ]);
  });

  test('is refused by a client that does not trust its root', async () => {
    const origin = await started(await ca.issue());
    const other = await createCertificateAuthority('Another root');
    await expect(status(origin.url, { ca: other.cert })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('can be expired', async () => {
    const origin = await started(await ca.issue({ notAfter: new Date(Date.now() - 60_000) }));
    await expect(status(origin.url)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  });

  test('can be for another host', async () => {
    const origin = await started(await ca.issue({ hosts: ['elsewhere.example'] }));
    await expect(status(origin.url)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await status(origin.url, { servername: 'elsewhere.example' })).toBe(200);
  });

  test('can be a client certificate, which an origin that asks for one accepts', async () => {
    const origin = await started({ ...(await ca.issue()), ca: ca.cert, requestCert: true });
    await expect(status(origin.url)).rejects.toThrow();
    const { cert, key } = await ca.issue({ hosts: ['ada'], client: true });
    expect(await status(origin.url, { cert, key })).toBe(200);
  });

  test('can be signed by its own key alone, and is trusted by whoever trusts it itself', async () => {
    const certificate = await createSelfSignedCertificate();
    const origin = await started(certificate);
    await expect(status(origin.url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await status(origin.url, { ca: certificate.cert })).toBe(200);
  });
});
