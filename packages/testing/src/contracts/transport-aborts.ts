import { getEventListeners } from 'node:events';
import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause, readAll } from './transport-stand.js';

/** An abort ends the request wherever it is, with the caller's own reason and without a socket left. */
export function testAborts({ expect, can, on }: TransportBench): void {
  const reason = { any: 'value' };

  on('an abort while an answer is awaited closes the socket', async (stand) => {
    const origin = await stand.origin();
    const controller = new AbortController();
    const { signal } = controller;
    const failure = failureOf(await stand.transport(), `${origin.url}/hang`, { signal });
    await until(() => origin.requests.length === 1);
    controller.abort(reason);
    expect((await failure) === reason).toBe(true);
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  on('an abort within a body closes the socket', async (stand) => {
    const origin = await stand.origin();
    const controller = new AbortController();
    const { signal } = controller;
    const transport = await stand.transport();
    const { body } = await transport.send(attempt(`${origin.url}/stall`, { signal }));
    const failure = rejection(readAll(body));
    const why = new Error('enough');
    controller.abort(why);
    expect((await failure) === (why as unknown)).toBe(true);
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  on('an abort behind the end of a body changes nothing', async (stand) => {
    const origin = await stand.origin();
    const controller = new AbortController();
    const { signal } = controller;
    const transport = await stand.transport();
    const { status } = await exchange(transport, `${origin.url}/`, { signal });
    controller.abort(reason);
    await pause(20);
    expect([status, (await exchange(transport, `${origin.url}/`)).status]).toEqual([200, 200]);
    if (can.pools) expect(origin.connections).toBe(1);
  });

  on('a signal that 200 requests share ends them all, and keeps no listener', async (stand) => {
    const origin = await stand.origin();
    const controller = new AbortController();
    const { signal } = controller;
    const transport = await stand.transport();
    const { status } = await exchange(transport, `${origin.url}/`, { signal });
    expect([status, getEventListeners(signal, 'abort').length]).toEqual([200, 0]);
    const all = Array.from({ length: 200 }, () =>
      rejection(transport.send(attempt(`${origin.url}/hang`, { signal }))),
    );
    await until(() => origin.requests.length === 201, 'all had arrived', 10_000);
    controller.abort(reason);
    expect((await Promise.all(all)).every((each) => each === reason)).toBe(true);
    expect(getEventListeners(signal, 'abort').length).toBe(0);
  });

  if (can.proxies) {
    on('an abort during CONNECT destroys the socket and comes back as it is', async (stand) => {
      const proxy = await stand.scripted(scripts.silent);
      const controller = new AbortController();
      const { signal } = controller;
      const via = serverAt(proxy);
      const failure = failureOf(await stand.transport(), 'https://origin.test/', { via, signal });
      await until(() => (proxy.connections[0]?.receivedBytes ?? 0) > 0);
      controller.abort(reason);
      expect((await failure) === reason).toBe(true);
      await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
    });
  }

  if (!can.options || !can.pools) return;
  on('an abort while a socket is waited for leaves the queue', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport({ maxSockets: 1 });
    const slow = exchange(transport, `${origin.url}/slow-headers?ms=200`);
    await until(() => origin.requests.length === 1);
    const controller = new AbortController();
    const { signal } = controller;
    const queued = failureOf(transport, `${origin.url}/never`, { signal });
    const next = exchange(transport, `${origin.url}/next`);
    controller.abort(reason);
    expect((await queued) === reason).toBe(true);
    await Promise.all([slow, next]);
    expect(origin.requests.map(({ url }) => url)).toEqual(['/slow-headers?ms=200', '/next']);
  });
}
