/** The contract of a transport can fail: each broken transport is found out by the rule that it breaks. */
import { expect, test } from '@jest/globals';
import type { SocketOptions } from '@sdk/common';
import { testTransport } from '@sdk/testing';
import * as broken from './broken-transports.js';
import type { Breakage } from './broken-transports.js';

const CANARIES: readonly (readonly [keyof typeof broken, ...rules: string[]])[] = [
  [
    'ignoresTheRoute',
    'what was decided is what is dialled: each route reaches its own proxy and no other',
    'an https target is reached by CONNECT, and nothing but the CONNECT reaches the proxy in clear',
    'an http target goes in absolute-form, its path byte for byte as it was built',
  ],
  [
    'leaksHeadersToConnect',
    'an https target is reached by CONNECT, and nothing but the CONNECT reaches the proxy in clear',
    'headers of the request never reach the CONNECT, and headers of the proxy never reach the origin',
  ],
  [
    'leaksProxyHeadersToTheOrigin',
    'headers of the request never reach the CONNECT, and headers of the proxy never reach the origin',
  ],
  [
    'answersRefusedTunnelsAsTheOrigin',
    'anything but 2xx to CONNECT is a ProxyError with its status and a hint, never the answer of the origin',
    'in absolute-form a 407 is always a ProxyError of phase auth',
  ],
  [
    'swallowsAborts',
    'an abort before the request sends nothing, and comes back as it is',
    'an abort while an answer is awaited comes back as it is',
    'an abort within a body fails the body with its reason',
  ],
  ['losesTheReasonOfAnAbort', 'an abort while an answer is awaited comes back as it is'],
  [
    'readsTheEnvironment',
    'the proxy variables of the environment change nothing below the decision',
  ],
  ['followsRedirects', 'a redirect is an answer, which the transport does not follow'],
  ['triesAgain', 'a failure of the origin is not tried again'],
  ['decompresses', 'a body comes as it travels, compressed where the origin compressed it'],
  [
    'normalisesThePath',
    'a request arrives as it was made: method, path, headers and body',
    'an http target goes in absolute-form, its path byte for byte as it was built',
  ],
  ['verifiesNothing', 'the certificate of an origin is verified, and the error names tls.ca'],
  [
    'givesTheOriginsTlsToTheProxy',
    'the certificate of an https proxy is checked by httpProxy.tls, that of the origin by tls, and neither by the other',
    'a client certificate goes to the hop that it was given for, and to no other',
  ],
  ['printsThePassword', 'the credentials of a proxy are in no error, output or inspected object'],
  [
    'hasTimersOfItsOwn',
    'headersMs bounds the wait for the answer',
    'a silent CONNECT ends with the proxy timer, and its socket is destroyed',
  ],
  ['buffersDownloads', 'a download is taken no faster than it is read'],
  [
    'endsBrokenBodiesQuietly',
    'a body that is reset fails with a ConnectionError, never short',
    'a body that is truncated fails with a ConnectionError, never short',
  ],
  ['sharesOneProxyForAll', 'a tunnel is never shared by other credentials'],
  [
    'dropsProxyAuthorization',
    'Proxy-Authorization among the headers of a request is refused, with a pointer to httpProxy.credentials',
  ],
  [
    'introducesItselfToAll',
    'nothing is added to the headers but Host, Connection and the framing of the body',
    'whatever else a transport adds stays away from a request that is bare',
  ],
  ['ignoresFreshSocket', 'freshSocket never uses a socket that carried a request before'],
  ['countsNoFreshSocket', 'requests that want a fresh socket keep to maxSockets, too'],
  [
    'keepsUnderOtherTls',
    'a socket is never shared by other TLS settings of the origin',
    'a session is not resumed under other TLS settings, whose verification it did not pass',
  ],
];

/** The tests of the contract by their names, on a transport that is wrong in this way. */
function contractOn(
  name: keyof typeof broken,
  timeoutMs?: number,
): Map<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  const breakage = broken[name] as Breakage;
  const test = (rule: string, run: () => Promise<void>): unknown => tests.set(rule, run);
  const factory = (options: SocketOptions) => new broken.WrappingTransport(breakage, options);
  testTransport(factory, { test, expect, timeoutMs });
  return tests;
}

test.each(CANARIES.flatMap(([name, ...rules]) => rules.map((rule) => [name, rule] as const)))(
  'a transport that %s breaks the rule: %s',
  async (name, rule) => {
    const run = contractOn(name).get(rule);
    await expect(run?.()).rejects.toThrow();
  },
);

test.each([...new Set(CANARIES.flatMap(([, ...rules]) => rules))])(
  'a sound transport, wrapped in the same way, keeps the rule: %s',
  async (rule) => {
    const run = contractOn('sound').get(rule);
    expect(run).toBeDefined();
    await run?.();
  },
);

test('a transport that hangs fails a rule after timeoutMs, also where the runner bounds no test', async () => {
  const run = contractOn('neverAnswers', 100).get(
    'a request arrives as it was made: method, path, headers and body',
  );
  await expect(run?.()).rejects.toThrow('the test did not come to an end within 100 ms');
});

test('every rule of the contract has a name of its own', () => {
  const names: string[] = [];
  const { sound, WrappingTransport } = broken;
  testTransport((options) => new WrappingTransport(sound, options), {
    test: (name) => names.push(name),
    expect,
  });
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});
