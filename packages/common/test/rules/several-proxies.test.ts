import { expect, test } from '@jest/globals';
import { createCertificateAuthority, scripts, startOrigin, startScriptedProxy } from '@sdk/testing';
import type { ConnectionScript, ScriptedProxy } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection } from '../connection/stand.js';

const playing = async (script: ConnectionScript): Promise<ScriptedProxy> =>
  keep(await startScriptedProxy(script));

test('the next of a list is tried after a failure of the proxy itself: no connection, no TLS, no answer in the time of the proxy timer, and 502, 503 or 504 to CONNECT', async () => {
  const authority = await createCertificateAuthority();
  const server = keep(await startOrigin({ tls: await authority.issue() }));
  const good = await proxy();
  const gone = await playing(scripts.silent);
  await gone.close();
  const plain = await playing((socket) => void socket.once('data', () => socket.end('huh')));
  const silent = await playing(scripts.silent);
  const failing = [
    gone.url,
    plain.url.replace('http:', 'https:'),
    silent.url,
    ...(await Promise.all([502, 503, 504].map((status) => playing(scripts.refuse(status))))).map(
      ({ url }) => url,
    ),
  ];
  for (const bad of failing) {
    const connection = connect(server.url, {
      httpProxy: [bad, good.url],
      tls: { ca: authority.cert },
      timeouts: { proxyMs: 2_000 },
      retry: false,
    });
    const { status, decision } = await connection.request({ method: 'POST', path: '/', body: 'x' });
    expect([bad, status, decision.proxy]).toEqual([bad, 200, good.url]);
  }
  expect([server.requests.length, good.stats.connects]).toEqual([failing.length, failing.length]);
});

test('the next of a list is tried only while nothing of the request was sent', async () => {
  const [broken, good] = [await playing(scripts.reset), await proxy()];
  const server = await origin();
  for (const method of ['POST', 'GET']) {
    const connection = connect(server.url, { httpProxy: [broken.url, good.url], retry: false });
    const error = await rejection(connection.request({ method, path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'maybe' });
  }
  expect([server.requests.length, good.requests.length]).toEqual([0, 0]);
});
