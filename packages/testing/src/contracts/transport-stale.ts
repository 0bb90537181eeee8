import { once } from 'node:events';
import type { ConnectionScript } from '../scripted-proxy.js';
import { until } from '../until.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause } from './transport-stand.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** An answer whose connection is kept for so many seconds, as it says. */
const hinting = (seconds: number): string =>
  OK.replace('\r\n\r\n', `\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`);

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
        socket.write(hinting(1));
      }
    });
    const transport = await stand.transport();
    await exchange(transport, `${raw.url}/`);
    await pause(50);
    expect((await exchange(transport, `${raw.url}/`)).reusedSocket).toBe(false);
  });

  on('a Keep-Alive hint holds for its socket, whatever another one was promised', async (stand) => {
    let connections = 0;
    let answered = false;
    const raw = await stand.scripted(async (socket) => {
      connections += 1;
      const first = connections === 1;
      socket.on('end', () => socket.end());
      for (;;) {
        await once(socket, 'data');
        // The first one is idle before the second one is, and may be kept for long.
        if (!first) await until(() => answered);
        socket.write(first ? OK : hinting(2));
      }
    });
    const transport = await stand.transport();
    const url = `${raw.url}/`;
    const first = exchange(transport, url).then(() => (answered = true));
    await Promise.all([first, exchange(transport, url)]);
    await until(() => raw.openSockets() <= 1, 'the socket with the hint was closed', 5_000);
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
