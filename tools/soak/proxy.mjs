/**
 * A forward proxy, in a process of its own so that it can be killed: CONNECT and absolute-form. It is given its port, 0 for
 * any, and says it by a message; { report } is answered with what it has carried and the connections that are open.
 */
import { Agent, createServer, request as send } from 'node:http';
import { connect } from 'node:net';

// Not kept alive: a change that meets a closed connection between proxy and origin would be the proxy's fault.
const agent = new Agent({ keepAlive: false });
let carried = 0;
let open = 0;

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  carried += 1;
  const { hostname, port, pathname } = new URL(request.url ?? '');
  const { method, headers } = request;
  const onward = send({ agent, hostname, port, path: pathname, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  request.pipe(onward);
});
server.on('connection', (socket) => {
  open += 1;
  socket.once('close', () => (open -= 1));
});
server.on('connect', (request, client) => {
  carried += 1;
  const [host, port] = (request.url ?? '').split(':');
  const origin = connect({ host, port: Number(port) }, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(origin).pipe(client);
  });
  client.on('error', () => origin.destroy());
  origin.on('error', () => client.destroy());
  origin.once('close', () => client.destroy());
  client.once('close', () => origin.destroy());
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port });
});
process.on('message', () => process.send?.({ carried, open }));
process.once('disconnect', () => process.exit());
