import { describe, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { scripts, serverAt, startScriptedProxy, until } from '@sdk/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { keep, origin, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt, text } from './request.js';

const PASSED = { code: 'SDK_TIMEOUT', phase: 'total', requestSent: 'no', retryable: false };
const post = { method: 'POST', body: '{}' };

describe.each(ENGINES)('under %s nothing is sent once the total has passed', (_name, Engine) => {
  test('while a proxy takes its time to open a tunnel, and its socket is closed', async () => {
    const server = await origin();
    const slow = keep(
      await startScriptedProxy(async (socket, api) => {
        socket.on('end', () => socket.end());
        await api.head();
        await sleep(400);
        return scripts.tunnel()(socket, api);
      }),
    );
    const transport = keep(new Engine());
    const via = serverAt(slow, { tunnel: 'always' });
    const tunnel = attempt(`${server.url}/`, { ...post, via, timeouts: { totalMs: 100 } });
    expect(await rejection(transport.send(tunnel))).toMatchObject(PASSED);
    await until(() => slow.openSockets() === 0);
    await sleep(450);
    expect(server.requests).toHaveLength(0);
  });

  test('while it waits for a socket', async () => {
    const server = await origin();
    const transport = keep(new Engine({ maxSockets: 1 }));
    const first = await transport.send(attempt(`${server.url}/drip?ms=20&count=15`));
    const second = transport.send(
      attempt(`${server.url}/`, { ...post, timeouts: { totalMs: 100 } }),
    );
    const refused = rejection(second);
    await text(first.body);
    expect(await refused).toMatchObject(PASSED);
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  });

  test('and a wait for a socket counts for the answer', async () => {
    const server = await origin();
    const transport = keep(new Engine({ maxSockets: 1 }));
    const first = await transport.send(attempt(`${server.url}/drip?ms=20&count=50`));
    const startedAt = performance.now();
    const second = rejection(
      transport.send(attempt(`${server.url}/hang`, { timeouts: { totalMs: 3_000 } })),
    );
    await text(first.body);
    expect(await second).toMatchObject({ ...PASSED, requestSent: 'maybe' });
    expect(performance.now() - startedAt).toBeLessThan(3_800);
  });
});

test('nothing is sent once the total has passed in an interceptor', async () => {
  const server = await origin();
  const transport = keep(new AxiosTransport());
  transport.axios.interceptors.request.use(async (config) => {
    await sleep(150);
    return config;
  });
  const sent = transport.send(attempt(`${server.url}/`, { ...post, timeouts: { totalMs: 50 } }));
  expect(await rejection(sent)).toMatchObject(PASSED);
  expect(server.connections).toBe(0);
});
