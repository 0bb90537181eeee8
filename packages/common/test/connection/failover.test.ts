import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { SdkError } from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  startScriptedProxy,
  scripts,
} from '@sdk/testing';
import type { ConnectionScript } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection } from './stand.js';

const gate = async (script: ConnectionScript) => keep(await startScriptedProxy(script));

describe('a list of proxies', () => {
  const failures: [string, ConnectionScript][] = [
    ['answers CONNECT with 503', scripts.refuse(503)],
    ['closes early', scripts.closeEarly()],
    ['answers garbage', scripts.garbage],
    ['is silent', scripts.silent],
  ];

  test.each(failures)('goes on where one %s', async (_name, script) => {
    const authority = await createCertificateAuthority();
    const server = keep(await startOrigin({ tls: await authority.issue() }));
    const [bad, good] = [await gate(script), await proxy()];
    const connection = connect(server.url, {
      httpProxy: [bad.url, good.url],
      tls: { ca: authority.cert },
      timeouts: { proxyMs: 300 },
    });
    const answer = await connection.request({
      method: 'POST',
      path: '/',
      body: Readable.from([Buffer.from('abc')]),
    });
    expect(answer).toMatchObject({ status: 200, attempts: 2, decision: { proxy: good.url } });
    expect(server.requests[0]?.body.toString()).toBe('abc');
  });

  test('goes on where one cannot be reached, and direct only where it says so', async () => {
    const closed = await startProxy();
    await closed.close();
    const server = await origin();
    const answer = await connect(server.url, { httpProxy: [closed.url, 'direct'] }).request({
      method: 'GET',
      path: '/',
    });
    expect(answer).toMatchObject({ attempts: 2, decision: { proxy: null, decidedBy: 'instance' } });
    const only = connect(server.url, { httpProxy: [closed.url], retry: false });
    expect(await rejection(only.request({ method: 'GET', path: '/' }))).toMatchObject({
      code: 'SDK_PROXY',
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([403, 407])('does not go on after %i, which is an answer', async (status) => {
    const [refusing, good] = [await gate(scripts.refuse(status)), await proxy()];
    const connection = connect('https://localhost:9', {
      httpProxy: [refusing.url, good.url],
      retry: false,
    });
    const error = await rejection<SdkError>(connection.request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', status, decision: { proxy: refusing.url } });
    expect(good.requests).toHaveLength(0);
  });

  test('does not go on after the origin’s own failure', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const connection = connect(server.url, { httpProxy: [a.url, b.url], retry: false });
    await rejection(connection.request({ method: 'GET', path: '/status/503' }));
    expect([a.stats.forwards, b.stats.forwards]).toEqual([1, 0]);
  });

  test('fails with the last failure, and lists all of them', async () => {
    const [one, two] = [await gate(scripts.refuse(502)), await gate(scripts.refuse(504))];
    const connection = connect('https://localhost:9', {
      httpProxy: [one.url, two.url],
      retry: false,
    });
    const error = await rejection<SdkError>(connection.request({ method: 'POST', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', status: 504, decision: { proxy: two.url } });
    expect(error.attempts).toMatchObject([
      { number: 1, proxy: one.url, status: 502, way: 'tunnel' },
      { number: 2, proxy: two.url, status: 504 },
    ]);
  });
});
