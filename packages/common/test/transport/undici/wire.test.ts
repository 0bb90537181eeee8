import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { AxiosTransport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { scripts, startScriptedProxy, until, type ConnectionScript } from '@sdk/testing';
import { attempt, text } from '../request.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A server that plays the script on each connection, and a transport to reach it. */
async function stand(script: ConnectionScript) {
  const server = await startScriptedProxy(script);
  const transport = new UndiciTransport();
  open.push(server, transport);
  return { server, transport, url: `${server.url}/` };
}

test('what is written is the request as it was made, beside three names that undici spells', async () => {
  const { server, transport } = await stand(scripts.answer(OK));
  const { body } = await transport.send(
    attempt(`${server.url}/a//b/../c?x=%20y`, {
      method: 'POST',
      headers: ['X-One', '1', 'accept', '*/*', 'X-ONE', '2', 'Content-Type', 'text/plain'],
      body: 'päß',
    }),
  );
  await text(body);
  expect(server.connections[0]?.received.toString('utf8')).toBe(
    [
      'POST /a//b/../c?x=%20y HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      'connection: keep-alive',
      'X-One: 1',
      'accept: */*',
      'X-ONE: 2',
      'Content-Type: text/plain',
      'content-length: 5',
      '',
      'päß',
    ].join('\r\n'),
  );
});

const INTERIM = 'HTTP/1.1 100 Continue\r\n\r\n';
test.each([
  ['in one piece with the answer', (head: string) => [head + OK]],
  ['in a piece of its own', (head: string) => [head, OK]],
  ['in single bytes', (head: string) => [...head, ...OK]],
  [
    'behind line breaks',
    (head: string) => [`\r\n${head.replaceAll('HTTP', '\r\nHTTP')}\n\r\n${OK}`],
  ],
  [
    'behind line breaks in single bytes',
    (head: string) => [...`\n${head.replaceAll('HTTP', '\r\nHTTP')}\r\n${OK}`],
  ],
  ['of an older version', (head: string) => [`\r\n${head.replaceAll('1.1', '1.0')}${OK}`]],
])('100 that nobody asked for is passed over, %s', async (_name, pieces) => {
  const { transport, url } = await stand(async (socket, api) => {
    await api.head();
    for (const piece of pieces(INTERIM + INTERIM.replace('100 Continue', '103 Early Hints'))) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const { status, body } = await transport.send(attempt(url));
  expect([status, await text(body)]).toEqual([200, 'ok']);
});

test('a head whose second piece looks like an interim answer is the head of one answer', async () => {
  const { transport, url } = await stand(async (socket, api) => {
    await api.head();
    socket.setNoDelay();
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Seen: ');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(`${INTERIM}ok`);
  });
  const { headers, body } = await transport.send(attempt(url));
  expect([headers.get('x-seen'), await text(body)]).toEqual(['HTTP/1.1 100 Continue', 'ok']);
});

test('what a server says on a new connection before it was asked is its answer', async () => {
  const { transport, url } = await stand(
    (socket) => void socket.end('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n'),
  );
  const { status, body } = await transport.send(attempt(url));
  expect([status, await text(body)]).toEqual([408, '']);
});

test.each([
  ['Expect', '100-continue'],
  ['Upgrade', 'h2c'],
  ['Keep-Alive', 'timeout=5'],
  ['Transfer-Encoding', 'gzip, chunked'],
])('%s among the headers is refused before a byte is sent', async (name, value) => {
  const { server, transport, url } = await stand(scripts.answer(OK));
  const body = Readable.from(['x']);
  await expect(
    transport.send(attempt(url, { method: 'PUT', headers: [name, value], body })),
  ).rejects.toMatchObject({
    code: 'SDK_CONFIGURATION',
    field: `headers.${name}`,
    hint: expect.stringContaining('AxiosTransport'),
  });
  expect(server.connections[0]?.receivedBytes).toBe(0);
  // Nothing was wrong with the connection.
  await text((await transport.send(attempt(url))).body);
  expect(server.connections).toHaveLength(1);
});

test.each([
  ['no HTTP', 'SSH-2.0-x\r\n', 'HPE_INVALID_CONSTANT'],
  ['a status of four digits', OK.replace('200', '1000'), 'HPE_INVALID_STATUS'],
  ['another version', 'HTTP/7.3 200 OK\r\n\r\n', 'HPE_INVALID_VERSION'],
  [
    'a length that is none',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
    'HPE_INVALID_CONTENT_LENGTH',
  ],
  ['a header that is none', 'HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n', 'HPE_INVALID_HEADER_TOKEN'],
  [
    'an endless header',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    'HPE_HEADER_OVERFLOW',
  ],
  [
    '101',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    'HPE_UNEXPECTED_UPGRADE',
  ],
])('%s has the reason that node has for it', async (_name, answer, reason) => {
  const { transport, url } = await stand(scripts.answer(answer));
  const node = new AxiosTransport();
  open.push(node);
  await expect(node.send(attempt(url))).rejects.toMatchObject({ reason });
  await expect(transport.send(attempt(url))).rejects.toMatchObject({
    code: 'SDK_CONNECTION',
    reason,
    requestSent: 'maybe',
    retryable: false,
  });
});

test('a chunk that is none breaks the body, with the reason that node has for it', async () => {
  const { transport, url } = await stand(
    scripts.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnot hex\r\n'),
  );
  const { body } = await transport.send(attempt(url));
  await expect(text(body)).rejects.toMatchObject({
    code: 'SDK_CONNECTION',
    reason: 'HPE_INVALID_CHUNK_SIZE',
    requestSent: 'yes',
  });
});

test('a socket is free for the next request when its answer has come, though nobody has read it', async () => {
  const { server, transport, url } = await stand(async (socket) => {
    for (;;) {
      await once(socket, 'data');
      socket.write(OK);
    }
  });
  const first = await transport.send(attempt(url));
  const second = await transport.send(attempt(url));
  expect([await text(first.body), await text(second.body)]).toEqual(['ok', 'ok']);
  expect([second.reusedSocket, server.connections.length]).toEqual([true, 1]);
});

test('undici does not dial by itself: a connection that closes right behind its answer is never replaced unseen', async () => {
  const { server, transport, url } = await stand((socket) => {
    socket.on('data', () => socket.end(OK));
  });
  const outcomes = { answered: 0, stale: 0 };
  for (let i = 0; i < 100; i += 1) {
    try {
      await text((await transport.send(attempt(url))).body);
      outcomes.answered += 1;
    } catch (error) {
      expect(error).toMatchObject({ reason: 'ECONNRESET', reusedSocket: true });
      outcomes.stale += 1;
    }
  }
  expect(outcomes.answered + outcomes.stale).toBe(100);
  expect(server.connections).toHaveLength(outcomes.answered);
  await until(() => server.openSockets() === 0);
});

test('a body that is shorter than its length on a connection that ends with it is cut short, never whole', async () => {
  const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n';
  const { transport, url } = await stand(async (socket, api) => {
    await api.head();
    socket.end(`${head}short`);
  });
  const { body } = await transport.send(attempt(url));
  await expect(text(body)).rejects.toMatchObject({
    code: 'SDK_CONNECTION',
    reason: 'ECONNRESET',
    requestSent: 'yes',
    retryable: true,
  });
});

test('a body that broke off before anybody read it keeps its error for a late reader', async () => {
  const { transport, url } = await stand(async (socket, api) => {
    await api.head();
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort');
  });
  const { body } = await transport.send(attempt(url));
  await until(() => body.destroyed, 'the body was ended');
  // Nobody listened, and the process did not end by it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(text(body)).rejects.toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'yes' });
});

test('a head that comes in single bytes is read as one in one piece', async () => {
  const { transport, url } = await stand(async (socket, api) => {
    await api.head();
    for (const byte of `HTTP/1.1 200 OK\r\nX-Name: va lue\r\n${OK.slice(17)}`) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const { headers, body } = await transport.send(attempt(url));
  expect([...headers]).toEqual([
    ['X-Name', 'va lue'],
    ['Content-Length', '2'],
  ]);
  expect(await text(body)).toBe('ok');
});
