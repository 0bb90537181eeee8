/**
 * The forward proxy, in a process of its own: CONNECT, its bytes piped as they come, and absolute-form over kept connections.
 * Each client has a port of its own, so that what is counted is that client's: a message { listen: name } answers { port },
 * { count: name } answers { opened, handshakes, left }: the tunnels (or, without any, the connections) and the TLS handshakes
 * since the start, and the sockets that are open now.
 */
import { Agent, createServer, request as send } from 'node:http';
import { connect } from 'node:net';

/** The first byte of a TLS record that begins a handshake. */
const HANDSHAKE = 0x16;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** @type {Map<string, { connections: number, tunnels: number, handshakes: number, left: number }>} */
const counts = new Map();

/** @param {string} name */
function listen(name) {
  const count = { connections: 0, tunnels: 0, handshakes: 0, left: 0 };
  counts.set(name, count);
  const server = createServer({ noDelay: true, keepAliveTimeout: 0 }, forward);
  server.on('connection', (socket) => {
    count.connections += 1;
    count.left += 1;
    socket.once('close', () => (count.left -= 1));
  });
  server.on('connect', (request, client, head) => {
    const [host, port] = (request.url ?? '').split(':');
    const origin = connect({ host, port: Number(port), noDelay: true }, () => {
      count.tunnels += 1;
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) client.unshift(head);
      client.once('data', (/** @type {Buffer} */ first) => {
        if (first[0] === HANDSHAKE) count.handshakes += 1;
      });
      client.pipe(origin).pipe(client);
    });
    client.on('error', () => client.destroy());
    origin.on('error', () => client.destroy());
    origin.once('close', () => client.destroy());
    client.once('close', () => origin.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.send?.({ port });
  });
}

/** @type {import('node:http').RequestListener} */
function forward(request, response) {
  const { hostname, port, pathname, search } = new URL(request.url ?? '');
  const path = pathname + search;
  const { method, headers } = request;
  const onward = send({ agent, hostname, port, path, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  request.pipe(onward);
}

process.on('message', (/** @type {{ listen?: string, count?: string }} */ message) => {
  if (message.listen !== undefined) listen(message.listen);
  const count = message.count === undefined ? undefined : counts.get(message.count);
  if (count === undefined) return;
  const { connections, tunnels, handshakes, left } = count;
  process.send?.({ opened: tunnels === 0 ? connections : tunnels, handshakes, left });
});
process.once('disconnect', () => process.exit());
