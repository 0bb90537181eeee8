import { until } from '../until.js';
import { attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, pause, readAll } from './transport-stand.js';

/** The body of an answer: whole or a failure, and no faster than it is read. */
export function testBodies({ expect, can, on }: TransportBench): void {
  on('a download is taken no faster than it is read', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const { body } = await transport.send(attempt(`${origin.url}/bytes/30000000`));
    await pause(100);
    expect(body.readableLength).toBeLessThan(1_000_000);
    body.destroy();
    await until(() => origin.openSockets() === 0, 'the socket of the body was closed');
  });

  for (const how of ['reset', 'truncated']) {
    on(`a body that is ${how} fails with a ConnectionError, never short`, async (stand) => {
      const origin = await stand.origin();
      const error = await failureOf(await stand.transport(), `${origin.url}/${how}`);
      expect(error).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: 'ECONNRESET',
        requestSent: 'yes',
      });
    });
  }

  on('a HEAD is answered at its headers, whatever follows them', async (stand) => {
    const raw = await stand.scripted(async (socket, api) => {
      await api.head();
      socket.write('HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    });
    const transport = await stand.transport();
    for (let i = 0; i < 20; i += 1) {
      const answer = await exchange(transport, `${raw.url}/`, { method: 'HEAD' });
      expect([answer.status, answer.text]).toEqual([404, '']);
    }
  });

  on('a HEAD does not wait for the body that its length announces', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const head = await exchange(transport, `${origin.url}/bytes/1000000`, { method: 'HEAD' });
    expect([head.headers.get('content-length'), head.text]).toEqual(['1000000', '']);
    const next = await exchange(transport, `${origin.url}/`);
    if (can.pools) expect(next.reusedSocket).toBe(true);
  });

  on('an interim answer is passed over', async (stand) => {
    const raw = await stand.scripted(async (socket, api) => {
      await api.head();
      const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
      socket.write(`${hints}${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
    });
    const { status, text } = await exchange(await stand.transport(), `${raw.url}/`);
    expect([status, text]).toEqual([200, 'ok']);
  });

  on('a 101 that nobody asked for is a failure, not a silence', async (stand) => {
    const raw = await stand.scripted(async (socket, api) => {
      await api.head();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const timeouts = { headersMs: 5_000 };
    const error = await failureOf(await stand.transport(), `${raw.url}/`, { timeouts });
    expect(error).toMatchObject({ code: 'SDK_CONNECTION' });
  });

  on('an answer without a length ends with its connection', async (stand) => {
    const raw = await stand.scripted(async (socket, api) => {
      await api.head();
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it');
    });
    expect((await exchange(await stand.transport(), `${raw.url}/`)).text).toBe('all of it');
  });

  on('what comes unasked on an idle socket is never the next answer', async (stand) => {
    const raw = await stand.scripted(async (socket, api) => {
      socket.on('end', () => socket.end());
      await api.head();
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      setTimeout(() => {
        if (!socket.destroyed) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale');
      }, 30);
    });
    const transport = await stand.transport();
    expect((await exchange(transport, `${raw.url}/`)).text).toBe('ok');
    await until(() => raw.openSockets() === 0, 'the socket was closed');
    const second = await exchange(transport, `${raw.url}/`);
    expect([second.reusedSocket, second.text]).toEqual([false, 'ok']);
  });

  if (!can.pools) return;
  on(
    'a body that is read to its end gives its socket back; one that is destroyed ends it',
    async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ maxSockets: 1 });
      for (let i = 0; i < 3; i += 1) await exchange(transport, `${origin.url}/bytes/100000`);
      expect(origin.connections).toBe(1);
      const { body } = await transport.send(attempt(`${origin.url}/stall`));
      body.destroy();
      await until(() => origin.openSockets() === 0, 'the socket of the body was closed');
      await readAll((await transport.send(attempt(`${origin.url}/`))).body);
      expect(origin.connections).toBe(2);
    },
  );
}
