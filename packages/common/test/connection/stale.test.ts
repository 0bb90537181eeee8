import { expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { startScriptedProxy, type ConnectionScript } from '@sdk/testing';
import { connect, keep, rejection } from './stand.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

/** Answers the first request of each connection, and resets the connection when the second arrives. */
const closesBehindTheFirst: ConnectionScript = (socket) => {
  let requests = 0;
  socket.on('data', () => {
    requests += 1;
    if (requests === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
};

async function stand() {
  const server = keep(await startScriptedProxy(closesBehindTheFirst));
  const connection = connect(server.url, { retry: false });
  await connection.request({ method: 'GET', path: '/' });
  return { server, connection };
}

test('a request that a stale socket did not carry is sent again on a fresh one, even without retries', async () => {
  const { server, connection } = await stand();
  const answer = await connection.request({ method: 'PUT', path: '/', json: { a: 1 } });
  expect(answer).toMatchObject({ status: 200, attempts: 2 });
  expect(server.connections).toHaveLength(2);
});

test('what must not be repeated is not, and the error says that the socket was a reused one', async () => {
  const { server, connection } = await stand();
  const error = await rejection(connection.request({ method: 'POST', path: '/', json: {} }));
  expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'maybe', reusedSocket: true });
  expect(server.connections).toHaveLength(1);
});

test('a body that can be read once is not sent twice', async () => {
  const { connection } = await stand();
  async function* once() {
    yield Buffer.from('x');
  }
  const sent = connection.request({ method: 'PUT', path: '/', body: once() });
  expect(await rejection(sent)).toMatchObject({ code: 'SDK_CONNECTION', reusedSocket: true });
});

test('it is sent again once: a fresh socket that breaks too is a failure', async () => {
  let connections = 0;
  const server = keep(
    await startScriptedProxy((socket, api) => {
      connections += 1;
      if (connections > 1) socket.on('data', () => socket.resetAndDestroy());
      else closesBehindTheFirst(socket, api);
    }),
  );
  const connection = connect(server.url, { retry: false });
  await connection.request({ method: 'GET', path: '/' });
  const error = await rejection(connection.request({ method: 'GET', path: '/' }));
  expect(error).toMatchObject({ code: 'SDK_CONNECTION', reason: 'ECONNRESET' });
  expect(error).not.toHaveProperty('reusedSocket');
  expect(connections).toBe(2);
});

test('other idle sockets, as stale as the first, are not tried', async () => {
  const server = keep(await startScriptedProxy(closesBehindTheFirst));
  const transport = keep(new AxiosTransport());
  const connection = connect(server.url, { retry: false, transport });
  const get = () => connection.request({ method: 'GET', path: '/' });
  await Promise.all([get(), get(), get()]);
  expect(server.connections).toHaveLength(3);
  await get();
  expect(server.connections).toHaveLength(4);
});
