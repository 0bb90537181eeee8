import { once } from 'node:events';
import type { ConnectionScript } from '../scripted-proxy.js';
import { until } from '../until.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause } from './transport-stand.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Promises to keep a connection and closes it a moment after each answer, as tinyproxy does. */
const forgetful: ConnectionScript = (socket) => {
  socket.on('end', () => socket.end());
  socket.once('data', () => {
    socket.write(OK);
    setTimeout(() => socket.end(), 5);
  });
};

/** Answers the first request of a connection, and resets it at the second. */
const resetsAtSecond: ConnectionScript = async (socket) => {
  await once(socket, 'data');
  socket.write(OK);
  await once(socket, 'data');
  socket.resetAndDestroy();
};

/** Sockets that the peer has given up in the meantime. */
export function testStale({ expect, can, on }: TransportBench): void {
  on('freshSocket never uses a socket that carried a request before', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    await exchange(transport, `${origin.url}/`);
    const fresh = await exchange(transport, `${origin.url}/`, { freshSocket: true });
    expect([fresh.reusedSocket, origin.connections]).toEqual([false, 2]);
  });

  if (!can.pools) return;

  on(
    'a reset on a reused socket before any byte of the answer says that the socket was a reused one',
    async (stand) => {
      const raw = await stand.scripted(resetsAtSecond);
      const transport = await stand.transport();
      expect((await exchange(transport, `${raw.url}/`)).reusedSocket).toBe(false);
      expect(await failureOf(transport, `${raw.url}/`)).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: 'ECONNRESET',
        reusedSocket: true,
        requestSent: 'maybe',
        retryable: true,
      });
      const again = await exchange(transport, `${raw.url}/`, { freshSocket: true });
      expect([again.status, again.reusedSocket]).toEqual([200, false]);
    },
  );

  on('a socket that the peer has closed is not used again', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    await exchange(transport, `${origin.url}/`);
    origin.destroySockets();
    await until(() => origin.openSockets() === 0);
    await pause(20);
    expect((await exchange(transport, `${origin.url}/`)).reusedSocket).toBe(false);
  });

  on('an answer that says Connection: close ends its socket', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    await exchange(transport, `${origin.url}/set?connection=close`);
    expect((await exchange(transport, `${origin.url}/`)).reusedSocket).toBe(false);
  });

  on('an idle socket ends before the Keep-Alive hint of its peer does', async (stand) => {
    const raw = await stand.scripted(async (socket) => {
      socket.on('end', () => socket.end());
      for (;;) {
        await once(socket, 'data');
        socket.write(OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=1\r\n\r\n'));
      }
    });
    const transport = await stand.transport();
    await exchange(transport, `${raw.url}/`);
    await pause(50);
    expect((await exchange(transport, `${raw.url}/`)).reusedSocket).toBe(false);
  });

  if (!can.proxies) return;

  on(
    'changes through a forward proxy that forgets its connections are not lost on a stale one',
    async (stand) => {
      const via = serverAt(await stand.scripted(forgetful));
      const transport = await stand.transport();
      for (let i = 0; i < 30; i += 1) {
        const post = { via, method: 'POST', body: 'x' };
        expect((await exchange(transport, 'http://origin.test/', post)).text).toBe('ok');
      }
    },
  );
}
