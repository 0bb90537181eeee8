import { describe, expect, test } from '@jest/globals';
import { AxiosTransport, ProxyServer } from '@sdk/common';
import { startScriptedProxy } from '@sdk/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { keep, origin, rejection } from '../connection/stand.js';
import { ENGINES } from '../engines.js';
import { attempt } from './request.js';

const REFUSED = { code: 'SDK_CONFIGURATION', message: expect.stringContaining('closed') };
const CHALLENGE = [
  'HTTP/1.1 407 Proxy Authentication Required',
  'Proxy-Authenticate: Digest realm="x", nonce="n", qop="auth"',
  'Content-Length: 100',
  '',
  'the page has only begun',
].join('\r\n');

describe('a request that was under way when its transport was closed opens no other socket', () => {
  test.each(ENGINES)('between two legs of a 407, under %s', async (_name, Engine) => {
    const transport = keep(new Engine());
    let asked = (): void => undefined;
    const challenged = new Promise<void>((resolve) => (asked = resolve));
    const proxy = keep(
      await startScriptedProxy(async (socket, api) => {
        await api.head();
        socket.write(CHALLENGE, asked);
      }),
    );
    const via = new ProxyServer({
      protocol: 'http:',
      host: '127.0.0.1',
      port: proxy.port,
      credentials: { username: 'ada', password: 'x', scheme: 'digest' },
    });
    const sent = rejection(transport.send(attempt('http://origin.invalid/', { via })));
    await challenged;
    await sleep(50); // the head of the refusal has been read by then, its page has not
    await transport.close();
    expect(await sent).toMatchObject(REFUSED);
    expect(proxy.connections).toHaveLength(1);
  });

  test('while an interceptor takes its time', async () => {
    const transport = keep(new AxiosTransport());
    let begun = (): void => undefined;
    const intercepting = new Promise<void>((resolve) => (begun = resolve));
    transport.axios.interceptors.request.use(async (config) => {
      begun();
      await sleep(50);
      return config;
    });
    const server = await origin();
    const sent = rejection(transport.send(attempt(`${server.url}/json`)));
    await intercepting;
    await transport.close();
    expect(await sent).toMatchObject(REFUSED);
    expect(server.connections).toBe(0);
  });
});
