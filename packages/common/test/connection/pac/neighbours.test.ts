import { describe, expect, test } from '@jest/globals';
import { scripts, startOrigin, startScriptedProxy, until } from '@sdk/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, keep, origin, proxy, rejection } from '../stand.js';
import { closedPort, says, way } from './stand.js';

const get = { method: 'GET', path: '/' } as const;

describe('a PAC file of a list', () => {
  test('goes on deciding for other origins where what it named for one has failed', async () => {
    const [server, good, gone] = await Promise.all([origin(), proxy(), closedPort()]);
    const script = `function FindProxyForURL(url, host) {
      return host === 'localhost' ? '${way(gone)}' : '${way(good.url)}';
    }`;
    const pac = `pac+data:,${encodeURIComponent(script)}`;
    const connection = connect(server.url, { httpProxy: [pac, 'direct'] });
    const other = connection.derive({
      endpoint: server.url.replace('127.0.0.1', 'localhost'),
      purpose: 'other',
    });
    expect(await other.request(get)).toMatchObject({ attempts: 2, decision: { proxy: null } });
    expect((await connection.request(get)).decision.proxy).toBe(good.url);
    // For the origin itself what failed is left alone, as any proxy of a list.
    expect(await other.request(get)).toMatchObject({ attempts: 1, decision: { proxy: null } });
    expect((await connection.request(get)).decision.proxy).toBe(good.url);
    expect(good.stats.forwards).toBe(2);
  });
});

describe('a call in a hurry leaves others their own time', () => {
  test('while a PAC file is loaded', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const slow = keep(
      await startOrigin({
        handler: async (_request, response) => {
          await sleep(300);
          response.end(says(way(good.url)));
        },
      }),
    );
    const connection = connect(server.url, { httpProxy: `pac+${slow.url}/proxy.pac` });
    const hurried = rejection(connection.request(get, { timeouts: { proxyMs: 50 } }));
    const patient = connection.request(get);
    expect(await hurried).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy', timeoutMs: 50 });
    expect((await patient).decision.proxy).toBe(good.url);
    expect(slow.requests).toHaveLength(1);
  });

  test('and the last that leaves ends the loading', async () => {
    const silent = keep(await startScriptedProxy(scripts.silent));
    const connection = connect('http://origin.invalid', { httpProxy: `pac+${silent.url}/p.pac` });
    const [one, two] = [new AbortController(), new AbortController()];
    const calls = [one, two].map(({ signal }) => rejection(connection.request(get, { signal })));
    await until(() => silent.openSockets() === 1);
    one.abort('enough');
    expect(await calls[0]).toBe('enough');
    await sleep(50);
    expect(silent.openSockets()).toBe(1);
    two.abort('enough');
    expect(await calls[1]).toBe('enough');
    await until(() => silent.openSockets() === 0);
    const hurried = connection.request(get, { timeouts: { proxyMs: 50 } });
    expect(await rejection(hurried)).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy' });
    await until(() => silent.connections.length === 2 && silent.openSockets() === 0);
  });

  test('while a PAC file runs', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const script = `function FindProxyForURL() {
      for (var begun = Date.now(); Date.now() - begun < 800; );
      return '${way(good.url)}';
    }`;
    const pac = `pac+data:,${encodeURIComponent(script)}`;
    const connection = connect(server.url, { httpProxy: pac });
    const hurried = rejection(connection.request(get, { timeouts: { proxyMs: 20 } }));
    const patient = connection.request(get);
    expect(await hurried).toMatchObject({ code: 'SDK_TIMEOUT', timeoutMs: 20 });
    expect((await patient).decision.proxy).toBe(good.url);
  });
});
