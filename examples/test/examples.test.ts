import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CHANNELS } from '@sdk/common';
import { channel } from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve(fileURLToPath(import.meta.url), '../..');

/** What each example has to print. */
const printed: Record<string, (string | RegExp)[]> = {
  'through-a-proxy': ['zone example.org', 'requests through the proxy: 1'],
  'through-a-socks-proxy': [
    'zone example.org',
    'the proxy was asked by SOCKS 5 for dns.inside.corp',
  ],
  'credentials-that-rotate': [
    'on monday: example.org',
    'refused; the proxy offers Basic',
    'on tuesday: example.org',
    'refused by the proxy: 1',
  ],
  'digest-keeps-the-password-here': [
    'zone example.org',
    'once more example.org',
    'nothing, counter -: unasked',
    'Digest, counter 00000001: passed',
    'Digest, counter 00000002: passed',
  ],
  'an-https-proxy-that-asks-who-you-are': [
    'zone example.org',
    'without a certificate: tls',
    /client certificate/,
  ],
  'the-environment-decides': [
    'with http_proxy: 1 request through the proxy',
    'with no_proxy for the server: still 1',
  ],
  'per-call-proxy': ['usual proxy: 1', 'other proxy: 1', 'server: 3'],
  'change-the-proxy-while-running': ['first proxy: 1', 'second proxy: 1', 'lab proxy: 1'],
  'which-setting-decided': [
    'http://proxy.corp:3128, by env (https_proxy)',
    'direct, because ".internal.corp" matches',
    /^ +call +says nothing/m,
  ],
  'trust-a-corporate-root': ['the proxy saw only: CONNECT'],
  'a-pac-file-decides': [
    'http://127.0.0.1 goes over the proxy',
    'http://localhost goes direct',
    'requests through the proxy: 1',
  ],
  'two-proxies-and-a-fallback': [
    /over the first proxy\n(SDK_PROXY_RESTS\n)+over the second proxy\n(SDK_PROXY_RESTS\n)*over the second proxy\n(SDK_PROXY_RESTS\n)+over no proxy$/,
  ],
  'tell-a-proxy-from-a-provider': [/^the provider: .*403/m, /^the proxy: .*403/m],
  'stream-a-file-up-and-down': [/^up \d+ bytes so far$/m, 'came back the same: true'],
  'own-axios-instance': ['the server saw platform 4bf92f35', 'through the proxy: 1'],
  'wrap-a-transport': [/^GET \S+ → 200 \(direct\)$/m, /^GET \S+ → 200 \(forward\)$/m],
  'token-from-an-identity-service': [
    '20 reads at once, logins: 1',
    'after the token was revoked: the item /items/a',
    'logins: 2',
    'logins through the proxy: 2',
  ],
  'watch-what-happens': [
    /^GET \S+ → 200 \(forward, decided by instance\)$/m,
    'socket opened (forward)',
    'socket closed (forward) after 3',
    /^SDK_CONFIGURATION .*10\.0\.0\.0\/99/m,
  ],
  'write-a-driver': ['note on page 1', 'note on page 3', 'requests through the proxy: 3'],
};

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the examples', () => {
  test('are all listed here', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(files.map((name) => name.slice(0, -3)).sort()).toEqual(Object.keys(printed).sort());
  });

  test.each(Object.entries(printed))('%s runs and prints what it says', async (name, expected) => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    await import(path.join(folder, `${name}.ts`));
    const text = log.mock.calls.map((line) => line.map(String).join(' ')).join('\n');
    for (const part of expected) {
      if (typeof part === 'string') expect(text.split('\n')).toContain(part);
      else expect(text).toMatch(part);
    }
    // The channels belong to the whole process: a listener left there would be called by every test that follows.
    const heard = Object.values(CHANNELS).filter((name) => channel(name).hasSubscribers);
    expect(heard).toEqual([]);
  });
});
