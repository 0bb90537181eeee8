import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause, type TransportStand } from './transport-stand.js';

/** The `https:` URL of a server that takes connections and says nothing. */
async function mute(stand: TransportStand): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stand.keep({ close: async () => void server.close() });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Each timer bounds what its name says, and leaves no socket. */
export function testTimers({ expect, can, on }: TransportBench): void {
  on('headersMs bounds the wait for the answer', async (stand) => {
    const origin = await stand.origin();
    const timeouts = { headersMs: 80 };
    const error = await failureOf(await stand.transport(), `${origin.url}/hang`, { timeouts });
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'headers',
      timeoutMs: 80,
      requestSent: 'maybe',
    });
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  on('idleMs bounds a silence within a body', async (stand) => {
    const origin = await stand.origin();
    const timeouts = { idleMs: 80 };
    const error = await failureOf(await stand.transport(), `${origin.url}/stall`, { timeouts });
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle', requestSent: 'yes' });
    await until(() => origin.openSockets() === 0, 'the socket was closed');
  });

  on('idleMs does not end a body that drips', async (stand) => {
    const origin = await stand.origin();
    const timeouts = { idleMs: 1_000, headersMs: 5_000 };
    const url = `${origin.url}/drip?ms=100&count=12`;
    expect((await exchange(await stand.transport(), url, { timeouts })).text).toBe('............');
  });

  on('idleMs does not end a body whose reader is slow', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const timeouts = { idleMs: 200 };
    const { body } = await transport.send(attempt(`${origin.url}/bytes/3000000`, { timeouts }));
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (bytes === 0) await pause(600);
      bytes += chunk.length;
    }
    expect(bytes).toBe(3_000_000);
  });

  on('totalMs bounds the answer and its body together', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const timeouts = { totalMs: 200, idleMs: 5_000, headersMs: 5_000 };
    for (const path of ['/drip?ms=20&count=500', '/hang']) {
      const error = await failureOf(transport, origin.url + path, { timeouts });
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 200 });
    }
    await until(() => origin.openSockets() === 0, 'the sockets were closed');
  });

  on('connectMs bounds TCP and TLS to the origin', async (stand) => {
    const url = await mute(stand);
    const timeouts = { connectMs: 150 };
    const error = await failureOf(await stand.transport(), `${url}/`, { timeouts });
    expect(error).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'connect',
      timeoutMs: 150,
      requestSent: 'no',
    });
  });

  if (can.proxies) {
    on('a silent CONNECT ends with the proxy timer, and its socket is destroyed', async (stand) => {
      const proxy = await stand.scripted(scripts.silent);
      const start = performance.now();
      const error = await failureOf(await stand.transport(), 'https://origin.test/', {
        via: serverAt(proxy),
        timeouts: { proxyMs: 150 },
      });
      expect(error).toMatchObject({
        code: 'SDK_TIMEOUT',
        phase: 'proxy',
        timeoutMs: 150,
        requestSent: 'no',
        retryable: false,
      });
      expect(performance.now() - start).toBeLessThan(2_000);
      await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
    });

    on('the proxy timer covers TLS to an https proxy', async (stand) => {
      const error = await failureOf(await stand.transport(), 'https://origin.test/', {
        via: serverAt({ url: await mute(stand) }),
        timeouts: { proxyMs: 150 },
      });
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy', requestSent: 'no' });
    });

    on(
      'a tunnel whose origin never shakes hands times out as the origin, not as the proxy',
      async (stand) => {
        const proxy = await stand.scripted(scripts.tunnel());
        const error = await failureOf(await stand.transport(), `${await mute(stand)}/`, {
          via: serverAt(proxy),
          timeouts: { connectMs: 150 },
        });
        expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'connect', requestSent: 'no' });
        await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
      },
    );
  }

  if (!can.options || !can.pools) return;
  on(
    'poolMs bounds the wait for a socket, and the wait ends when one comes free',
    async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ maxSockets: 2 });
      const slow = [1, 2].map(() => exchange(transport, `${origin.url}/slow-headers?ms=300`));
      await until(() => origin.requests.length === 2);
      const timeouts = { poolMs: 50 };
      const error = await rejection(transport.send(attempt(`${origin.url}/`, { timeouts })));
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'pool', requestSent: 'no' });
      expect((await exchange(transport, `${origin.url}/`)).reusedSocket).toBe(true);
      await Promise.all(slow);
    },
  );
}
