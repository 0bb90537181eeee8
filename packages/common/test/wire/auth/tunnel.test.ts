import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AxiosTransport,
  isSdkError,
  ProxyServer,
  type ProxyCredentials,
  type ProxyError,
} from '@sdk/common';
import {
  createCertificateAuthority,
  digestGate,
  scripts,
  startOrigin,
  startProxy,
  startScriptedProxy,
  until,
  type CertificateAuthority,
  type DigestGate,
  type DigestGateOptions,
  type Gate,
  type Origin,
  type ScriptedProxy,
} from '@sdk/testing';
import { shownBy } from '../../refusal.js';
import { attempt, text } from '../../transport/request.js';

let authority: CertificateAuthority;
let origin: Origin;
let transport: AxiosTransport;
const proxies: ScriptedProxy[] = [];

beforeAll(async () => {
  authority = await createCertificateAuthority();
  origin = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
});
afterAll(() => origin.close());
beforeEach(() => {
  transport = new AxiosTransport();
});
afterEach(async () => {
  await transport.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

const ada = { username: 'ada', password: 'canary:100%' };

async function gated(gate: Gate): Promise<ScriptedProxy> {
  const proxy = await startScriptedProxy(scripts.gated(gate));
  proxies.push(proxy);
  return proxy;
}

/** A proxy behind a Digest gate, and what sends one request through a tunnel of its own. */
async function stand(options: Partial<DigestGateOptions>, credentials: ProxyCredentials = ada) {
  const gate = digestGate({ ...ada, ...options });
  const proxy = await gated(gate);
  return { gate, proxy, send: sender(proxy.port, credentials) };
}

function sender(port: number, credentials: ProxyCredentials | undefined, timeouts = {}) {
  const via = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port, credentials });
  return async () => {
    const tls = { ca: authority.cert };
    const request = attempt(`${origin.url}/json`, { via, tls, freshSocket: true, timeouts });
    const answer = await transport.send(request);
    await text(answer.body);
    return answer.status;
  };
}

async function refusal(sent: Promise<unknown>): Promise<ProxyError> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSdkError(error, 'SDK_PROXY')) throw new Error(`no ProxyError: ${String(error)}`);
  expect(shownBy(error)).not.toContain('canary');
  return error;
}

const outcomes = (gate: DigestGate) => gate.seen.map(({ outcome }) => outcome);
const counts = (gate: DigestGate) => gate.seen.map(({ nc }) => nc ?? '-');
const sockets = (gate: DigestGate) => new Set(gate.seen.map(({ socketId }) => socketId)).size;

describe('Digest', () => {
  test.each<[string, Partial<DigestGateOptions>]>([
    ['MD5', {}],
    ['SHA-256', { algorithms: ['SHA-256'] }],
    ['MD5-sess', { algorithms: ['MD5-sess'] }],
    ['SHA-256-sess', { algorithms: ['SHA-256-sess'] }],
    ['the RFC 2069 that knows no qop', { qop: null }],
    ['several qops', { qop: 'auth,auth-int' }],
    ['a hashed user name', { algorithms: ['SHA-256'], userhash: true }],
    ['a realm with quotes and commas', { realm: 'a, b=c; Basic realm=d' }],
    ['a 407 in chunks', { framing: 'chunked', page: 'x'.repeat(5_000) }],
    ['a 407 with a long page', { page: 'x'.repeat(60_000) }],
    ['a 407 without a page', { page: '' }],
  ])('by %s opens a tunnel on the connection that was refused', async (_name, options) => {
    const { gate, send } = await stand(options);
    expect(await send()).toBe(200);
    expect([outcomes(gate), sockets(gate), gate.faults]).toEqual([['refused', 'passed'], 1, []]);
    expect(await send()).toBe(200);
    expect([outcomes(gate), gate.faults]).toEqual([['refused', 'passed', 'passed'], []]);
  });

  test('goes on another connection where the proxy closes the refused one, or sends no end', async () => {
    const { gate, send } = await stand({ framing: 'close' });
    expect(await send()).toBe(200);
    expect([outcomes(gate), sockets(gate), gate.faults]).toEqual([['refused', 'passed'], 2, []]);
  });

  test('goes on another connection where the page of the refusal is too long to be read', async () => {
    const { gate, send } = await stand({ page: 'x'.repeat(200_000) });
    expect(await send()).toBe(200);
    expect([outcomes(gate), sockets(gate)]).toEqual([['refused', 'passed'], 2]);
  });

  test('counts each use of a nonce, without gaps, and asks for no second 407', async () => {
    const { gate, send } = await stand({}, { ...ada, scheme: 'digest' });
    for (let i = 0; i < 4; i += 1) await send();
    expect(counts(gate)).toEqual(['-', '00000001', '00000002', '00000003', '00000004']);
    expect(outcomes(gate).slice(1)).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(gate.faults).toEqual([]);
    const cnonces = gate.seen.map(({ authorization }) =>
      /cnonce="(\w+)"/.exec(authorization ?? ''),
    );
    expect(new Set(cnonces.map((found) => found?.[1])).size).toBe(5);
  });

  test('counts without gaps where many tunnels open at once, time after time', async () => {
    const { gate, send } = await stand({}, { ...ada, scheme: 'digest' });
    for (let round = 0; round < 3; round += 1) {
      expect(await Promise.all(Array.from({ length: 8 }, send))).toEqual(Array(8).fill(200));
    }
    expect(gate.faults).toEqual([]);
    expect(outcomes(gate).filter((outcome) => outcome === 'unasked')).toHaveLength(8);
  });

  test('answers a stale nonce with the new one, and does not count it as a refusal', async () => {
    const { gate, send } = await stand({ uses: 2 }, { ...ada, scheme: 'digest' });
    for (let i = 0; i < 4; i += 1) expect(await send()).toBe(200);
    expect(outcomes(gate)).toEqual(['unasked', 'passed', 'passed', 'stale', 'passed', 'passed']);
    expect(gate.faults).toEqual([]);
  });

  test('begins anew where the proxy has forgotten its nonces, though it does not call them stale', async () => {
    const { gate, send } = await stand({ saysStale: false });
    await send();
    gate.forget();
    expect(await send()).toBe(200);
    expect(outcomes(gate)).toEqual(['refused', 'passed', 'stale', 'passed']);
  });

  test('keeps to the connection where the proxy knows a nonce there only', async () => {
    const { gate, send } = await stand({ perConnection: true });
    await send();
    expect(await send()).toBe(200);
    expect(outcomes(gate)).toEqual(['refused', 'passed', 'stale', 'passed']);
    expect(gate.faults).toEqual([]);
  });

  test('ends with an error where every nonce is stale', async () => {
    const { gate, send } = await stand({ uses: 0 });
    const error = await refusal(send());
    expect(error).toMatchObject({ phase: 'auth', status: 407, requestSent: 'no', refused: true });
    expect(gate.seen.length).toBeLessThanOrEqual(6);
  });

  test('takes the nextnonce that the proxy names', async () => {
    const { gate, send } = await stand({ nextNonce: true });
    for (let i = 0; i < 3; i += 1) expect(await send()).toBe(200);
    expect(outcomes(gate)).toEqual(['refused', 'passed', 'passed', 'passed']);
    expect(counts(gate)).toEqual(['-', '00000001', '00000001', '00000001']);
    expect(gate.faults).toEqual([]);
  });

  test.each([
    ['in the form of RFC 8187', { utf8: true }],
    ['as the bytes of UTF-8', {}],
    ['hashed', { utf8: true, userhash: true, algorithms: ['SHA-256'] }],
  ])('carries a user name outside ASCII, %s', async (_name, options) => {
    const jason = { username: 'Jäsøn "Ω" Doe', password: 'päss' };
    const { gate, send } = await stand({ ...jason, ...options }, { ...jason, scheme: 'digest' });
    expect(await send()).toBe(200);
    expect([outcomes(gate), gate.faults]).toEqual([['unasked', 'passed'], []]);
  });

  test('prefers SHA-256 to MD5, whatever stands first', async () => {
    const { gate, send } = await stand({ algorithms: ['MD5', 'SHA-256'] });
    await send();
    expect(gate.seen[1]?.authorization).toContain('algorithm=SHA-256,');
    expect(gate.faults).toEqual([]);
  });

  test('with a wrong password is refused, with what was offered and what was tried', async () => {
    const wrong = { username: 'ada', password: 'canary-wrong' };
    const { gate, send } = await stand({ algorithms: ['SHA-256', 'MD5'], basic: true }, wrong);
    const error = await refusal(send());
    expect(error).toMatchObject({
      phase: 'auth',
      status: 407,
      schemes: ['Basic', 'Digest'],
      tried: ['Basic', 'Digest SHA-256'],
      retryable: false,
    });
    expect(error.message).toMatch(/it offers Basic, Digest; tried: Basic, Digest SHA-256/);
    expect(error.hint).toMatch(/check the user name and the password/);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      schemes: error.schemes,
      tried: error.tried,
    });
    expect(outcomes(gate)).toEqual(['refused', 'refused']);
    await until(() => proxies[0]?.openSockets() === 0, 'the socket is closed');
  });

  test('of qop=auth-int only is refused in plain words', async () => {
    const { send } = await stand({ qop: 'auth-int' });
    expect((await refusal(send())).hint).toMatch(/qop=auth-int only/);
  });
});

describe('a user name and a password', () => {
  test('are sent as Basic at once, and no more than that where Basic is accepted', async () => {
    const proxy = await startProxy({ credentials: ada });
    expect(await sender(proxy.port, ada)()).toBe(200);
    expect([proxy.requests.length, proxy.stats.refused407]).toEqual([1, 0]);
    await proxy.close();
  });

  test('are never sent as Basic by the scheme digest, even where that is all the proxy takes', async () => {
    const { gate, send } = await stand({ basic: 'accepted' }, { ...ada, scheme: 'digest' });
    expect(await send()).toBe(200);
    const proxy = await startProxy({ credentials: ada });
    const error = await refusal(sender(proxy.port, { ...ada, scheme: 'digest' })());
    expect(error).toMatchObject({ schemes: ['Basic'], tried: [] });
    expect(error.hint).toMatch(/for Digest alone.*Leave the scheme out/);
    const shown = JSON.stringify([gate.seen, proxy.requests]);
    expect(shown).not.toMatch(/"Basic /);
    await proxy.close();
  });

  test('are never sent as Digest by the scheme basic', async () => {
    const { gate, send } = await stand({}, { ...ada, scheme: 'basic' });
    const error = await refusal(send());
    expect(error).toMatchObject({ schemes: ['Digest'], tried: ['Basic'] });
    expect(error.hint).toMatch(
      /^Basic was sent, which the proxy does not offer\..*without a scheme/,
    );
    expect(gate.seen).toHaveLength(1);
  });

  test('are sent as Basic again where a proxy that took Digest offers Basic alone from now on', async () => {
    const gate = digestGate(ada);
    let basic = false;
    const right = `Basic ${Buffer.from('ada:canary:100%').toString('base64')}`;
    const proxy = await gated({
      judge: (head, id) => {
        if (!basic) return gate.judge(head, id);
        return head.headers.some(([, value]) => value === right)
          ? { pass: true }
          : { pass: false, headers: ['Proxy-Authenticate: Basic realm="x"'] };
      },
    });
    const send = sender(proxy.port, ada);
    await send();
    basic = true;
    expect(await send()).toBe(200);
  });

  test('answer no challenge where there are none', async () => {
    const gate = digestGate({ ...ada, basic: true });
    const proxy = await gated(gate);
    const error = await refusal(sender(proxy.port, undefined)());
    expect(error).toMatchObject({ phase: 'auth', schemes: ['Basic', 'Digest'], tried: [] });
    expect(error.message).toMatch(/asks for credentials/);
    expect(outcomes(gate)).toEqual(['unasked']);
  });
});

describe('one value for all', () => {
  /** A proxy that lets this one value through. */
  const only = (value: string) =>
    gated({
      judge: ({ headers }) =>
        headers.some(([name, given]) => name === 'Proxy-Authorization' && given === value)
          ? { pass: true }
          : { pass: false, headers: ['Proxy-Authenticate: Bearer realm="x"'] },
    });

  test('a token is sent as Bearer', async () => {
    const proxy = await only('Bearer abc.def');
    expect(await sender(proxy.port, { token: 'abc.def' })()).toBe(200);
    const error = await refusal(sender(proxy.port, { token: 'canary' })());
    expect(error).toMatchObject({ schemes: ['Bearer'], tried: ['Bearer'] });
    expect(error.hint).toMatch(/check httpProxy.credentials/);
    expect(proxy.connections[1]?.received.toString().match(/CONNECT/g)).toHaveLength(1);
  });

  test('a whole value is sent as it is, and its scheme told only where everybody knows it', async () => {
    const proxy = await only('Custom abc, def="g"');
    expect(await sender(proxy.port, { authorization: 'Custom abc, def="g"' })()).toBe(200);
    for (const [authorization, tried] of [
      ['DPoP canary', 'DPoP'],
      ['canary', 'the given authorization'],
      ['canary canary', 'the given authorization'],
    ] as const) {
      const error = await refusal(sender(proxy.port, { authorization })());
      expect(error.tried).toEqual([tried]);
    }
  });
});

test('Negotiate without the package kerberos is a ConfigurationError that says to install it', async () => {
  const proxy = await gated({
    judge: () => ({ pass: false, headers: ['Proxy-Authenticate: Negotiate'] }),
  });
  const error: unknown = await sender(proxy.port, { scheme: 'negotiate' })().catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'httpProxy.credentials.scheme' });
  expect((error as { hint: string }).hint).toContain('npm install kerberos');
  await until(() => proxy.openSockets() === 0, 'the socket is closed');
  expect(proxy.connections[0]?.receivedBytes).toBe(0);
});

test('all legs together have the time of the proxy timer', async () => {
  const silent = await startScriptedProxy(async (socket, api) => {
    socket.on('end', () => socket.end());
    await api.head();
    socket.write(
      'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n',
    );
    socket.write('Content-Length: 10\r\n\r\nhalf');
  });
  proxies.push(silent);
  const error: unknown = await sender(silent.port, ada, { proxyMs: 150 })().catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy', timeoutMs: 150 });
  await until(() => silent.openSockets() === 0, 'the socket is closed');
});

test('a proxy that closes the connection it seemed to keep is asked again on another one', async () => {
  const gate = digestGate(ada);
  const asked = new Set<number>();
  const proxy = await gated({
    judge: (head, socketId) => {
      if (asked.has(socketId)) throw new Error('the connection ends here');
      asked.add(socketId);
      return gate.judge(head, socketId);
    },
  });
  expect(await sender(proxy.port, ada)()).toBe(200);
  expect(proxy.connections).toHaveLength(2);
});

test('a proxy is never shown what another one asked for', async () => {
  const first = await stand({ realm: 'first' });
  const second = await stand({ realm: 'second' });
  await first.send();
  await second.send();
  await first.send();
  expect([outcomes(first.gate), outcomes(second.gate)]).toEqual([
    ['refused', 'passed', 'passed'],
    ['refused', 'passed'],
  ]);
  expect(JSON.stringify(second.gate.seen)).not.toContain('first');
  expect([...first.gate.faults, ...second.gate.faults]).toEqual([]);
});
