import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, readAll, type TransportStand } from './transport-stand.js';

/** An alert that nobody has encrypted, which no peer may send after the handshake. */
const BAD_RECORD = Buffer.from([0x15, 3, 3, 0, 2, 2, 80]);

/** An origin that can send what is no TLS on a connection whose handshake is long over, and leaves the connection open. */
interface BrokenOrigin {
  readonly url: string;
  /** How many connections it has had. */
  readonly connections: () => number;
  /** How many of them are open. */
  readonly open: () => number;
  /** Sends it on the newest connection. */
  breakTls(): void;
}

async function brokenOrigin(stand: TransportStand, answer: string): Promise<BrokenOrigin> {
  const leaf = await (await stand.authority()).issue({ hosts: ['127.0.0.1'] });
  const below: Socket[] = [];
  const server = createServer(leaf, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer));
  });
  server.on('connection', (socket: Socket) => below.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stand.keep({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of below) socket.destroy();
      }),
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    connections: () => below.length,
    open: () => below.filter((socket) => !socket.destroyed).length,
    breakTls: () => void below.at(-1)?.write(BAD_RECORD),
  };
}

/** TLS that fails after its handshake leaves the TCP connection open: nothing but the failure says that it is over. */
export function testBrokenTls({ expect, can, on }: TransportBench): void {
  on('TLS that fails within an answer ends it, and no timer has to', async (stand) => {
    for (const framing of ['Connection: close', 'Content-Length: 100']) {
      const origin = await brokenOrigin(stand, `HTTP/1.1 200 OK\r\n${framing}\r\n\r\na part`);
      const transport = await stand.transport();
      const tls = await stand.trust();
      const { body } = await transport.send(attempt(origin.url, { tls }));
      const reading = rejection(readAll(body));
      await until(() => body.readableDidRead, 'the part had come');
      origin.breakTls();
      const failure = await reading;
      expect(failure).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'yes' });
      expect(failure['reason']).toMatch(/^(ERR_SSL_|EPROTO)/);
    }
  });

  if (!can.pools) return;
  on('an idle connection whose TLS has failed is closed, and not used again', async (stand) => {
    const origin = await brokenOrigin(stand, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const transport = await stand.transport();
    const tls = await stand.trust();
    await exchange(transport, origin.url, { tls });
    origin.breakTls();
    await until(() => origin.open() === 0, 'the connection was closed');
    const { text, reusedSocket } = await exchange(transport, origin.url, { tls, method: 'POST' });
    expect([text, reusedSocket, origin.connections()]).toEqual(['ok', false, 2]);
  });
}
