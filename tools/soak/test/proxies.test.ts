import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { until } from '@sdk/testing';
import { startProxies } from '../proxies.mjs';

test('a socket that a client has left open is counted, and no proxy dies any more that would close it', async () => {
  const proxies = await startProxies();
  const socket = net.connect(proxies.ports[0]!, '127.0.0.1');
  try {
    await once(socket, 'connect');
    let first = await proxies.stop();
    // The client is connected before the proxy has accepted it.
    await until(async () => {
      first = await proxies.stop();
      return first.left === 1;
    }, 'the open socket was counted');
    expect(first).toMatchObject({ deaths: 0, left: 1 });
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    expect(await proxies.stop()).toEqual({ ...first, left: 0 });
  } finally {
    socket.destroy();
    await proxies.end();
  }
});
