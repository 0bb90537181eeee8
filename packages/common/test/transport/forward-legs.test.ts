import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AxiosTransport,
  isSdkError,
  ProxyServer,
  type ProxyCredentials,
  type ProxyError,
  type Transport,
} from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import {
  digestGate,
  scripts,
  startOrigin,
  startScriptedProxy,
  type DigestGate,
  type DigestGateOptions,
  type Gate,
  type Origin,
  type ScriptedProxy,
} from '@sdk/testing';
import { challengeLearned } from '../../src/transport/forward-legs.js';
import { shownBy } from '../refusal.js';
import { attempt, text, type Attempt } from './request.js';

const ada = { username: 'ada', password: 'canary:100%' };
const outcomes = (gate: DigestGate) => gate.seen.map(({ outcome }) => outcome);
const sockets = (gate: DigestGate) => new Set(gate.seen.map(({ socketId }) => socketId)).size;

async function refusal(sent: Promise<unknown>): Promise<ProxyError> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSdkError(error, 'SDK_PROXY')) throw new Error(`no ProxyError: ${String(error)}`);
  expect(shownBy(error)).not.toContain('canary');
  return error;
}

describe.each<[string, () => Transport]>([
  ['axios', () => new AxiosTransport()],
  ['undici', () => new UndiciTransport()],
])('in absolute-form, under the engine %s,', (_engine, make) => {
  let transport: Transport;
  let origin: Origin;
  const proxies: ScriptedProxy[] = [];

  beforeEach(async () => {
    transport = make();
    origin = await startOrigin();
  });
  afterEach(async () => {
    await transport.close();
    for (const proxy of proxies.splice(0)) await proxy.close();
    await origin.close();
  });

  async function gated(gate: Gate, credentials: ProxyCredentials | undefined = ada) {
    const proxy = await startScriptedProxy(scripts.gated(gate));
    proxies.push(proxy);
    const via = new ProxyServer({
      protocol: 'http:',
      host: '127.0.0.1',
      port: proxy.port,
      credentials,
    });
    return async (more: Attempt = {}, path = '/json') => {
      const answer = await transport.send(attempt(`${origin.url}${path}`, { via, ...more }));
      return [answer.status, await text(answer.body)] as const;
    };
  }

  async function stand(options: Partial<DigestGateOptions>, credentials: ProxyCredentials = ada) {
    const gate = digestGate({ ...ada, ...options });
    return { gate, send: await gated(gate, credentials) };
  }

  test.each<[string, Partial<DigestGateOptions>, number]>([
    ['MD5', {}, 1],
    ['SHA-256', { algorithms: ['MD5', 'SHA-256'] }, 1],
    ['RFC 2069', { qop: null }, 1],
    ['a 407 in chunks', { framing: 'chunked' }, 1],
    ['a 407 that closes', { framing: 'close' }, 2],
    ['a 407 with an endless page', { page: 'x'.repeat(300_000) }, 2],
  ])('Digest is answered (%s), then sent at once', async (_name, options, connections) => {
    const { gate, send } = await stand(options);
    expect((await send())[0]).toBe(200);
    expect([outcomes(gate), sockets(gate)]).toEqual([['refused', 'passed'], connections]);
    expect((await send())[0]).toBe(200);
    expect([outcomes(gate), gate.faults]).toEqual([['refused', 'passed', 'passed'], []]);
    expect(JSON.stringify(origin.requests)).not.toMatch(/proxy-authorization/i);
  });

  test('the target that is hashed is the one that is sent, byte for byte', async () => {
    const { gate, send } = await stand({}, { ...ada, scheme: 'digest' });
    await send({}, '/json//a/../b?x="y"&z=%2F');
    expect(gate.seen[1]?.target).toBe(`${origin.url}/json//a/../b?x="y"&z=%2F`);
    expect(gate.faults).toEqual([]);
  });

  test.each([
    ['a string', 'hello'],
    ['bytes', Buffer.from('hello')],
  ])('a body that is %s is sent again', async (_name, body) => {
    const { gate, send } = await stand({});
    const [status, echo] = await send({ method: 'POST', body }, '/echo');
    expect([status, outcomes(gate)]).toEqual([200, ['refused', 'passed']]);
    expect(JSON.parse(echo)).toMatchObject({ bodyBytes: 5 });
    expect(origin.requests).toHaveLength(1);
  });

  test('a body that is a stream is not sent again, and what was asked is kept for the next request', async () => {
    const { gate, send } = await stand({});
    const post = () => send({ method: 'POST', body: Readable.from(['hel', 'lo']) }, '/echo');
    const error = await refusal(post());
    expect(error).toMatchObject({ phase: 'auth', requestSent: 'no', tried: ['Basic'] });
    expect(error.hint).toMatch(/stream.*Give a function that opens it/);
    expect(challengeLearned(error)).toBe(true);
    expect((await post())[0]).toBe(200);
    expect([outcomes(gate), gate.faults]).toEqual([['refused', 'passed'], []]);
  });

  test.each([
    ['in the form of RFC 8187', { utf8: true }],
    ['as the bytes of UTF-8', {}],
    ['hashed', { utf8: true, userhash: true, algorithms: ['SHA-256'] }],
  ])('Digest carries a user name outside ASCII, %s', async (_name, options) => {
    const jason = { username: 'Jäsøn "Ω" Doe', password: 'päss' };
    const { gate, send } = await stand({ ...jason, ...options }, { ...jason, scheme: 'digest' });
    expect((await send())[0]).toBe(200);
    expect([outcomes(gate), gate.faults]).toEqual([['unasked', 'passed'], []]);
  });

  test('many requests at once count without gaps', async () => {
    const { gate, send } = await stand({}, { ...ada, scheme: 'digest' });
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => send()));
      expect(answers.map(([status]) => status)).toEqual(Array(6).fill(200));
    }
    expect(gate.faults).toEqual([]);
    expect(outcomes(gate).filter((outcome) => outcome !== 'passed')).toHaveLength(6);
  });

  test('a stale nonce, and one that the proxy has forgotten, are answered anew', async () => {
    const { gate, send } = await stand({ uses: 1, saysStale: false });
    for (let i = 0; i < 3; i += 1) expect((await send())[0]).toBe(200);
    expect(outcomes(gate)).toEqual(['refused', 'passed', 'stale', 'passed', 'stale', 'passed']);
  });

  test('a HEAD is answered as the others are', async () => {
    const { gate, send } = await stand({});
    expect(await send({ method: 'HEAD' })).toEqual([200, '']);
    expect([outcomes(gate), gate.faults]).toEqual([['refused', 'passed'], []]);
  });

  test('a wrong password is a ProxyError that tells what was offered and tried', async () => {
    const { gate, send } = await stand({ basic: true }, { username: 'ada', password: 'canary' });
    expect(await refusal(send())).toMatchObject({
      phase: 'auth',
      status: 407,
      schemes: ['Basic', 'Digest'],
      tried: ['Basic', 'Digest MD5'],
    });
    expect(outcomes(gate)).toEqual(['refused', 'refused']);
    expect(origin.requests).toEqual([]);
  });

  test('no challenge is answered without credentials', async () => {
    const gate = digestGate({ ...ada, basic: true });
    const proxy = await startScriptedProxy(scripts.gated(gate));
    proxies.push(proxy);
    const via = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: proxy.port });
    const error = await refusal(transport.send(attempt(`${origin.url}/json`, { via })));
    expect(error).toMatchObject({ phase: 'auth', tried: [], schemes: ['Basic', 'Digest'] });
    expect(outcomes(gate)).toEqual(['unasked']);
  });

  test('the total goes on counting from leg to leg', async () => {
    let legs = 0;
    const proxy = await startScriptedProxy(async (socket, api) => {
      socket.on('end', () => socket.end());
      await api.head();
      legs += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      if (legs > 1) return;
      socket.end(
        'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      );
    });
    proxies.push(proxy);
    const via = new ProxyServer({
      protocol: 'http:',
      host: '127.0.0.1',
      port: proxy.port,
      credentials: ada,
    });
    const startedAt = performance.now();
    const sent = transport.send(
      attempt(`${origin.url}/json`, { via, timeouts: { totalMs: 2_000 } }),
    );
    await expect(sent).rejects.toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
    expect(legs).toBe(2);
    expect(performance.now() - startedAt).toBeLessThan(2_900);
  });

  test('an abort while the page of a refusal travels comes back as its own reason', async () => {
    const abort = new AbortController();
    const proxy = await startScriptedProxy(async (socket, api) => {
      socket.on('end', () => socket.end());
      await api.head();
      socket.write(
        'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nContent-Length: 10\r\n\r\nhalf',
      );
      setTimeout(() => abort.abort(new Error('enough')), 50);
    });
    proxies.push(proxy);
    const via = new ProxyServer({
      protocol: 'http:',
      host: '127.0.0.1',
      port: proxy.port,
      credentials: ada,
    });
    const sent = transport.send(attempt(`${origin.url}/json`, { via, signal: abort.signal }));
    await expect(sent).rejects.toThrow('enough');
  });
});
