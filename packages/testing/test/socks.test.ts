import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { SocksClient } from 'socks';
import { startOrigin, startSocks, until } from '@sdk/testing';
import type { Socks, SocksOptions } from '@sdk/testing';

/** A tunnel that somebody else's client opens. */
async function tunnel(
  socks: Socks,
  type: 4 | 5,
  host: string,
  port: number,
  credentials: { username: string; password: string } | undefined = undefined,
): Promise<Socket> {
  const proxy = {
    host: '127.0.0.1',
    port: socks.port,
    type,
    ...(credentials && { userId: credentials.username, password: credentials.password }),
  };
  const destination = { host, port };
  const { socket } = await SocksClient.createConnection({
    proxy,
    command: 'connect',
    destination,
    timeout: 2000,
  });
  return socket;
}

/** The first bytes of a GET's answer. */
async function get(socket: Socket): Promise<string> {
  socket.write('GET /status/204 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString('latin1');
}

describe('a SOCKS server', () => {
  test.each([
    [4, '127.0.0.1', 'ipv4'],
    [4, 'origin.test', 'name'],
    [5, '127.0.0.1', 'ipv4'],
    [5, 'origin.test', 'name'],
  ] as const)('of version %i tunnels to %s', async (version, host, addressType) => {
    await using origin = await startOrigin();
    await using socks = await startSocks();
    const socket = await tunnel(socks, version, host, origin.port);
    expect(await get(socket)).toContain('204');
    expect(socks.requests).toMatchObject([
      { version, host, addressType, port: origin.port, socketId: 1, password: undefined },
    ]);
    await until(() => socks.openSockets() === 0 && origin.openSockets() === 0);
  });

  test('tunnels to IPv6', async () => {
    await using origin = await startOrigin({ host: '::1' });
    await using socks = await startSocks();
    expect(await get(await tunnel(socks, 5, '::1', origin.port))).toContain('204');
    expect(socks.requests[0]?.host).toBe('0:0:0:0:0:0:0:1');
  });

  test('asks version 5 for a user name and password, and version 4 for a user id', async () => {
    const credentials = { username: 'ada', password: 'p@ss' };
    await using origin = await startOrigin();
    await using socks = await startSocks({ credentials });
    const { port } = origin;
    const wrong = { ...credentials, password: 'other' };
    await expect(tunnel(socks, 5, '127.0.0.1', port)).rejects.toThrow('authentication');
    await expect(tunnel(socks, 5, '127.0.0.1', port, wrong)).rejects.toThrow('Authentication');
    await expect(tunnel(socks, 4, '127.0.0.1', port)).rejects.toThrow('rejected');
    (await tunnel(socks, 5, '127.0.0.1', port, credentials)).destroy();
    (await tunnel(socks, 4, '127.0.0.1', port, credentials)).destroy();
    expect(socks.requests.map(({ username }) => username)).toEqual(['', 'ada', 'ada']);
    await until(() => socks.openSockets() === 0);
  });

  test('says that a target refuses', async () => {
    await using socks = await startSocks();
    await expect(tunnel(socks, 5, '127.0.0.1', 1)).rejects.toThrow('ConnectionRefused');
    await expect(tunnel(socks, 4, '127.0.0.1', 1)).rejects.toThrow('Failed');
  });

  test('replies as it is told, by what it was asked', async () => {
    await using origin = await startOrigin();
    await using socks = await startSocks({
      reply: ({ host }) => (host === 'shut.test' ? 2 : undefined),
    });
    await expect(tunnel(socks, 5, 'shut.test', origin.port)).rejects.toThrow('NotAllowed');
    expect(await get(await tunnel(socks, 5, 'open.test', origin.port))).toContain('204');
  });

  test('resolves names as it is told', async () => {
    await using origin = await startOrigin({ host: '::1' });
    await using socks = await startSocks({ resolve: () => '::1' });
    expect(await get(await tunnel(socks, 5, 'six.test', origin.port))).toContain('204');
  });

  test.each([{ drip: true }, { boundAs: 'ipv6' }, { boundAs: 'name', drip: true }] as const)(
    'is understood with %j',
    async (options: SocksOptions) => {
      await using origin = await startOrigin();
      await using socks = await startSocks(options);
      expect(await get(await tunnel(socks, 5, '127.0.0.1', origin.port))).toContain('204');
    },
  );

  test('breaks off after so many bytes, and glues bytes behind its last reply', async () => {
    await using origin = await startOrigin();
    for (const [options, length] of [
      [{ closeAfterBytes: 5 }, 5],
      [{ closeAfterBytes: 0 }, 0],
      [{ glued: 'hello' }, 8 + 5],
    ] as const) {
      await using socks = await startSocks(options);
      const socket = net.connect(socks.port, '127.0.0.1');
      const port = [origin.port >> 8, origin.port & 0xff];
      socket.write(Buffer.from([4, 1, ...port, 127, 0, 0, 1, 0]));
      let received = 0;
      socket.on('data', (chunk: Buffer) => (received += chunk.length));
      await until(() => received >= length);
      socket.end();
      await until(() => socket.closed);
      expect(received).toBe(length);
    }
  });

  test('close() ends what is open', async () => {
    await using origin = await startOrigin();
    const socks = await startSocks();
    const socket = await tunnel(socks, 5, '127.0.0.1', origin.port);
    socket.on('error', () => {});
    await socks.close();
    expect(socks.requests).toHaveLength(1);
    await until(() => socket.destroyed && socks.openSockets() + origin.openSockets() === 0);
  });
});
