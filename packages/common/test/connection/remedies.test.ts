/** What the errors of the wire advise: the remedy for that very mistake, and none that would do harm. */
import { createPrivateKey } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { AxiosTransport, type ConnectionOptions, type SdkError } from '@sdk/common';
import {
  createCertificateAuthority,
  scripts,
  startOrigin,
  startProxy,
  startScriptedProxy,
} from '@sdk/testing';
import type { ConnectionScript } from '@sdk/testing';
import { connect, keep, rejection } from './stand.js';

const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';
const get = { method: 'GET', path: '/' };

async function playing(script: ConnectionScript): Promise<string> {
  return keep(await startScriptedProxy(script)).url;
}

function errorOf(endpoint: string, options: Partial<ConnectionOptions> = {}): Promise<SdkError> {
  return rejection(connect(endpoint, { retry: false, ...options }).request(get));
}

describe('a hint', () => {
  test('never advises plain HTTP where a proxy may have spoken in the tunnel', async () => {
    const page = scripts.answer(`${OPEN}HTTP/1.1 200 OK\r\n\r\n<h1>Log in</h1>`);
    const httpProxy = await playing(page);
    const { hint } = await errorOf('https://origin.invalid', { httpProxy });
    expect(hint).toContain(`the tunnel of ${httpProxy}`);
    expect(hint).not.toContain('write http://');
  });

  test('advises it where the origin itself speaks plain HTTP', async () => {
    const { url } = keep(await startOrigin());
    expect((await errorOf(url.replace('http:', 'https:'))).hint).toContain('write http://');
  });

  test('advises https where an http: request broke off at a new connection', async () => {
    const endpoint = await playing((socket, api) => void socket.once('data', () => api.reset()));
    expect((await errorOf(endpoint)).hint).toContain('write https://');
  });

  test('tells of firewalls where the TLS handshake was cut', async () => {
    const cut = await playing((socket, api) => void socket.once('data', () => api.reset()));
    const error = await errorOf(cut.replace('http:', 'https:'));
    expect(error).toMatchObject({
      code: 'SDK_CONNECTION',
      hint: expect.stringContaining('firewall'),
    });
  });

  test('of the connect timer tells of a proxy that may be needed, directly only', async () => {
    const timeouts = { connectMs: 150 };
    const silent = (await playing(scripts.silent)).replace('http:', 'https:');
    const direct = await errorOf(silent, { timeouts });
    expect(direct).toMatchObject({
      phase: 'connect',
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
    const httpProxy = await playing(scripts.answer(OPEN));
    const tunnelled = await errorOf('https://origin.invalid', { httpProxy, timeouts });
    expect(tunnelled).toMatchObject({
      phase: 'connect',
      message: expect.stringContaining(`through the proxy ${httpProxy}`),
      hint: expect.not.stringContaining('HTTPS_PROXY'),
    });
  });

  test('of the headers timer in absolute-form says how to tell proxy and origin apart', async () => {
    const options = { httpProxy: await playing(scripts.silent), timeouts: { headersMs: 100 } };
    const { hint } = await errorOf('http://origin.invalid', options);
    expect(hint).toContain("tunnel: 'always'");
  });

  test('for a proxy that offers NTLM alone names no header value that would do', async () => {
    const headers = ['Proxy-Authenticate: NTLM'];
    const httpProxy = await playing(scripts.refuse(407, { headers }));
    const { hint } = await errorOf('https://origin.invalid', { httpProxy });
    expect(hint).toContain('does not speak NTLM');
    expect(hint).not.toContain('authorization');
  });

  test('for a proxy that forbids the target names the list that counts', async () => {
    const httpProxy = await playing(scripts.refuse(403));
    const { hint } = await errorOf('https://origin.invalid', { httpProxy });
    expect(hint).toContain('by noProxy');
  });
});

describe('a look-up of the caller', () => {
  const hostile: [string, LookupFunction][] = [
    [
      'an address that throws when it is read',
      (_name, _options, callback) => {
        const address = Object.defineProperty({}, 'address', {
          get() {
            throw new Error('not for you');
          },
        });
        callback(null, [address] as never);
      },
    ],
    [
      'an error that throws when it is read',
      (_name, _options, callback) => {
        const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
        revoke();
        callback(proxy, '', 0);
      },
    ],
  ];
  test.each(hostile)('that answers %s is a look-up that failed', async (_what, lookup) => {
    const transport = keep(new AxiosTransport({ lookup }));
    expect(await errorOf('http://origin.invalid', { transport, httpProxy: false })).toMatchObject({
      code: 'SDK_CONNECTION',
      requestSent: 'no',
      message: expect.stringContaining('No address for the name'),
    });
  });
});

describe('a client certificate', () => {
  test.each([
    ['of another key', 'key does not belong to cert', { key: 'other' }],
    ['whose key has another passphrase', 'passphrase does not open', { passphrase: 'wrong' }],
  ])('%s is told as that, and of which end', async (_what, says, wrong) => {
    const authority = await createCertificateAuthority();
    const [client, other] = await Promise.all([
      authority.issue({ client: true }),
      authority.issue({ client: true }),
    ]);
    const encrypted = createPrivateKey(client.key).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' },
    } as const);
    const key = 'key' in wrong ? other.key : encrypted;
    const tls = { cert: client.cert, ...wrong, key };
    const server = keep(await startOrigin({ tls: await authority.issue() }));
    const error = await errorOf(server.url, { tls });
    expect(error).toMatchObject({
      ...{ code: 'SDK_CONFIGURATION', field: 'tls', message: expect.stringContaining(says) },
    });
    const gate = keep(await startProxy({ tls: await authority.issue() }));
    const behind = await errorOf(server.url, { httpProxy: { url: gate.url, tls } });
    expect(behind).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'httpProxy.tls' });
  });
});

test('where name and value of a header were exchanged, the error shows neither', async () => {
  const headers = { 'Bearer canary-17': 'Authorization' };
  const error = await rejection<SdkError>(
    connect('http://origin.invalid').request({ ...get, headers }),
  );
  expect(error).toMatchObject({
    code: 'SDK_CONFIGURATION',
    field: 'headers',
    message: expect.stringContaining('character 7 is U+0020'),
  });
  expect(JSON.stringify([error, error.message, error.hint])).not.toContain('canary');
});
