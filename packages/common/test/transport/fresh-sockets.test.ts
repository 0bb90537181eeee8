import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from '@jest/globals';
import { CHANNELS, ProxyServer, type SocketEvent, type Transport } from '@sdk/common';
import { until } from '@sdk/testing';
import { keep, origin, proxy } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt, text } from './request.js';

const send = async (transport: Transport, ...given: Parameters<typeof attempt>): Promise<void> =>
  void (await text((await transport.send(attempt(...given))).body));

describe.each(ENGINES)('requests that want a fresh socket, under %s', (_name, Engine) => {
  test('keep to maxSockets, however many wait', async () => {
    const server = await origin();
    const transport = keep(new Engine({ maxSockets: 3 }));
    const open = { now: 0, most: 0, all: 0 };
    const count = (message: unknown): void => {
      const { state } = message as SocketEvent;
      if (state === 'opened') open.all += 1;
      open.now += state === 'opened' ? 1 : state === 'closed' ? -1 : 0;
      open.most = Math.max(open.most, open.now);
    };
    subscribe(CHANNELS.socket, count);
    try {
      const url = `${server.url}/json`;
      await Promise.all(
        Array.from({ length: 30 }, () => send(transport, url, { freshSocket: true })),
      );
    } finally {
      unsubscribe(CHANNELS.socket, count);
    }
    expect(open).toMatchObject({ most: 3, all: 30 });
  });

  test('cost no socket of those that wait for any', async () => {
    const held: (() => void)[] = [];
    const server = await origin((request, response) => {
      request.resume();
      if (request.url === '/held') held.push(() => response.end('{}'));
      else response.end('{}');
    });
    const transport = keep(new Engine({ maxSockets: 4 }));
    const get = (path: string, freshSocket = false): Promise<void> =>
      send(transport, server.url + path, { freshSocket });
    const first = [1, 2, 3, 4].map(() => get('/held'));
    await until(() => held.length === 4);
    const rest = [get('/', true), get('/'), get('/'), get('/')];
    for (const answer of held) answer();
    await Promise.all([...first, ...rest]);
    expect(server.connections).toBe(5);
  });

  test('are spared once the proxy has shown that it keeps connections, under steady changes too', async () => {
    const [server, gate] = [await origin(), await proxy()];
    const transport = keep(new Engine({ maxSockets: 2 }));
    const via = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port: gate.port });
    const change = (): Promise<void> =>
      send(transport, `${server.url}/json`, { method: 'POST', body: 'x', via });
    const until = performance.now() + 1_000;
    while (performance.now() < until) await change();
    const before = gate.stats.connections;
    for (let i = 0; i < 5; i += 1) await change();
    expect(gate.stats.connections).toBe(before);
  });
});
