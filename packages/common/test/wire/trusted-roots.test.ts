import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCertificateAuthority, startOrigin, type Origin } from '@sdk/testing';
import { runProgram, type ChildOptions } from '../child/child.js';

let folder: string;
let its: string;
let another: string;
let origin: Origin;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'roots-'));
  its = path.join(folder, 'its.pem');
  another = path.join(folder, 'another.pem');
  const authority = await createCertificateAuthority();
  await writeFile(its, authority.cert);
  await writeFile(another, (await createCertificateAuthority()).cert);
  origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
});
afterAll(async () => {
  await origin.close();
  await rm(folder, { recursive: true });
});

async function outcomes(options: ChildOptions): Promise<unknown> {
  const args = [origin.url, its, another];
  const { stdout, stderr } = await runProgram('trust', { args, ...options });
  expect(stderr).not.toMatch(/SyntaxError|TypeError|ERR_MODULE/);
  return JSON.parse(stdout);
}

/** What Node trusts by itself is trusted beside `ca`, and not beside `onlyCa`. */
const TRUSTED = { nothing: 200, ca: 200, anotherCa: 200, onlyAnotherCa: 'SDK_TLS' };
const UNTRUSTED = { nothing: 'SDK_TLS', ca: 200, anotherCa: 'SDK_TLS', onlyAnotherCa: 'SDK_TLS' };

describe('an authority of a company', () => {
  test('is trusted where tls.ca names it, and not by itself', async () => {
    expect(await outcomes({})).toEqual(UNTRUSTED);
  });

  test('is trusted where NODE_EXTRA_CA_CERTS names it, beside tls.ca too, and not beside tls.onlyCa', async () => {
    expect(await outcomes({ env: { NODE_EXTRA_CA_CERTS: its } })).toEqual(TRUSTED);
  });

  test('is not looked for in a file that NODE_EXTRA_CA_CERTS names and that is not there, and tls.ca holds as before', async () => {
    const env = { NODE_EXTRA_CA_CERTS: path.join(folder, 'missing.pem') };
    expect(await outcomes({ env })).toEqual(UNTRUSTED);
  });

  // OpenSSL reads its store where these variables say.
  const store = () => ({ SSL_CERT_FILE: its, SSL_CERT_DIR: '/nowhere' });
  const has = (flag: string) => (process.allowedNodeEnvironmentFlags.has(flag) ? test : test.skip);

  has('--use-system-ca')(
    'is trusted where it is in the store of the system and Node was told to use that',
    async () => {
      const options = { env: store(), flags: ['--use-system-ca'] };
      expect(await outcomes(options)).toEqual(TRUSTED);
    },
    60_000,
  );

  // Of the same releases as the variable.
  has('--use-env-proxy')(
    'is trusted where NODE_USE_SYSTEM_CA says so',
    async () => {
      expect(await outcomes({ env: { ...store(), NODE_USE_SYSTEM_CA: '1' } })).toEqual(TRUSTED);
    },
    60_000,
  );

  test('is trusted where Node was told to use the store of OpenSSL', async () => {
    const told = await outcomes({ env: store(), flags: ['--use-openssl-ca'] });
    expect(told).toMatchObject({ nothing: 200, ca: 200, onlyAnotherCa: 'SDK_TLS' });
  });
});
