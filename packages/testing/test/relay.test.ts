import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { startOrigin, startRelay, until } from '@sdk/testing';
import type { Origin, Relay, RelayCut } from '@sdk/testing';

let origin: Origin;
let relay: Relay;

async function open(cut?: RelayCut): Promise<void> {
  origin = await startOrigin({ handler: (_request, response) => void response.end('0123456789') });
  relay = await startRelay(origin.port, cut);
}

afterEach(async () => {
  await relay.close();
  await until(() => relay.openSockets() === 0, 'the relay has no sockets any more');
  await origin.close();
});

/** Asks for `/` on a connection of its own; what came before it ended, and the code of its failure. */
async function ask(): Promise<{ readonly came: string; readonly code: string | undefined }> {
  const socket = net.connect(relay.port, '127.0.0.1');
  let came = '';
  let code: string | undefined;
  socket.on('data', (piece: Buffer) => (came += piece.toString('latin1')));
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  return { came, code };
}

test('a relay hands on what comes from either side, and keeps what came from behind', async () => {
  await open();
  const { came, code } = await ask();
  expect(code).toBeUndefined();
  expect(came).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*0123456789/);
  const [{ pieces }] = relay.connections as [(typeof relay.connections)[number]];
  expect(Buffer.concat(pieces).toString('latin1')).toBe(came);
  expect(relay.cuts()).toBe(0);
});

test('a relay that is down resets what is open and refuses what comes; it comes back on its port', async () => {
  await open();
  const { port } = relay;
  const held = net.connect(port, '127.0.0.1');
  const failed = buffer(held).catch((error: NodeJS.ErrnoException) => error.code);
  await until(() => relay.openSockets() === 2, 'the relay has connected');
  await relay.down();
  expect(await failed).toBe('ECONNRESET');
  expect(await ask()).toEqual({ came: '', code: 'ECONNREFUSED' });
  await relay.up();
  expect(relay.port).toBe(port);
  expect((await ask()).came).toContain('0123456789');
});

test.each([
  ['end', undefined],
  ['reset', 'ECONNRESET'],
] as const)('a relay cuts an answer by %s, as often as it was told', async (by, expected) => {
  await open({ at: (answer) => (answer.length > 8 ? 8 : undefined), by, times: 1 });
  expect(await ask()).toEqual({ came: 'HTTP/1.1', code: expected });
  expect(relay.cuts()).toBe(1);
  expect((await ask()).came).toContain('0123456789');
  expect(relay.cuts()).toBe(1);
});
