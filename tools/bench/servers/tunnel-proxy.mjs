/**
 * The forward proxy, in a process of its own: CONNECT and nothing else, bytes piped as they come. Each client has a port of its
 * own, so that what is counted is that client's: a message { listen: name } answers { port }, { count: name } answers
 * { opened, left }: the tunnels opened since the start, and the sockets that are open now.
 */
import { connect, createServer } from 'node:net';

const HEAD = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n(?:.+\r\n)*\r\n/;

/** @type {Map<string, { opened: number, left: number }>} */
const counts = new Map();

/** @param {string} name */
function listen(name) {
  const count = { opened: 0, left: 0 };
  counts.set(name, count);
  const server = createServer({ noDelay: true }, (client) => {
    count.left += 1;
    client.once('close', () => (count.left -= 1));
    client.on('error', () => client.destroy());
    client.once('data', (head) => {
      const [, host, port] = HEAD.exec(head.toString('latin1')) ?? [];
      if (host === undefined) return client.end('HTTP/1.1 405 Method Not Allowed\r\n\r\n');
      const origin = connect({ host, port: Number(port), noDelay: true }, () => {
        count.opened += 1;
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(origin).pipe(client);
      });
      origin.on('error', () => client.destroy());
      origin.once('close', () => client.destroy());
      client.once('close', () => origin.destroy());
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.send?.({ port });
  });
}

process.on('message', (/** @type {{ listen?: string, count?: string }} */ message) => {
  if (message.listen !== undefined) listen(message.listen);
  if (message.count !== undefined) process.send?.(counts.get(message.count));
});
process.once('disconnect', () => process.exit());
