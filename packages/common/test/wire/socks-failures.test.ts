import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  isSdkError,
  parseProxyUrl,
  ProxyServer,
  type ProxyError,
  type Transport,
} from '@sdk/common';
import {
  scripts,
  startOrigin,
  startProxy,
  startScriptedProxy,
  startSocks,
  until,
  type Origin,
  type Socks,
  type SocksOptions,
} from '@sdk/testing';
import { shownBy } from '../refusal.js';
import { attempt, text, type Attempt } from '../transport/request.js';
import { ENGINES } from '../engines.js';

describe.each(ENGINES)('on %s', (_name, Engine) => {
  const SECRET = 'canary-5';

  let origin: Origin;
  let socks: Socks | undefined;
  let transport: Transport;

  beforeAll(async () => {
    origin = await startOrigin();
  });
  afterAll(() => origin.close());
  beforeEach(() => {
    transport = new Engine({
      lookup: (_name, _options, callback) => callback(null, '127.0.0.1', 4),
    });
  });
  afterEach(async () => {
    await transport.close();
    await socks?.close();
    socks = undefined;
  });

  /** The error of one request through `proxyUrl`. */
  async function failure(proxyUrl: string, more: Attempt = {}, url = origin.url): Promise<unknown> {
    const via = parseProxyUrl(proxyUrl);
    const error: unknown = await transport.send(attempt(`${url}/`, { via, ...more })).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (isSdkError(error)) expect(shownBy(error)).not.toContain(SECRET);
    return error;
  }

  /** The error of one request through a SOCKS server of ours; `way` is a scheme and user information. */
  async function refusedBy(way: string, options: SocksOptions, more?: Attempt, url?: string) {
    socks = await startSocks(options);
    return failure(`${way}${socks.authority}`, more, url);
  }

  async function gone(): Promise<void> {
    await until(() => socks?.openSockets() === 0);
  }

  describe('a refusal', () => {
    test.each([
      [1, 'general failure', true, false],
      [2, 'not allowed by its ruleset', false, true],
      [3, 'network unreachable', true, false],
      [4, 'host unreachable', true, false],
      [5, 'connection refused by the target', true, false],
      [6, 'TTL expired', true, false],
      [7, 'command not supported', false, false],
      [8, 'address type not supported', false, false],
      [99, 'an unknown code', false, false],
    ])('of SOCKS 5 with reply %i is told as %s', async (code, means, retryable, refused) => {
      const error = await refusedBy(`socks5h://ada:${SECRET}@`, { reply: () => code });
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'tunnel',
        requestSent: 'no',
        retryable,
        refused,
        message: expect.stringContaining(`(reply ${code}: ${means})`),
        hint: expect.any(String),
      });
      await gone();
    });

    test.each([
      [91, 'tunnel', true, false],
      [92, 'auth', false, true],
      [93, 'auth', false, true],
    ])('of SOCKS 4 with reply %i is one of phase %s', async (code, phase, retryable, refused) => {
      const error = await refusedBy(`socks4a://${SECRET}@`, { reply: () => code });
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase, retryable, refused });
      await gone();
    });

    test('of the server, where it cannot reach the origin, is no error of the origin', async () => {
      const error = await refusedBy('socks5h://', {}, {}, 'http://127.0.0.1:1');
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tunnel' });
    });
  });

  describe('credentials', () => {
    const credentials = { username: 'ada', password: 'right' };

    test.each([
      ['wrong', `socks5h://ada:${SECRET}@`, 'refused the credentials'],
      ['missing', 'socks5h://', 'asks for credentials'],
      ['of the wrong user id', `socks4a://${SECRET}@`, 'user id'],
    ])('that are %s are a ProxyError of phase auth', async (_what, way, message) => {
      const error = await refusedBy(way, { credentials });
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'auth',
        refused: true,
        retryable: false,
      });
      expect((error as ProxyError).message).toContain(message);
      await gone();
    });

    test('are not sent, not even empty, to a server that asks for them unbidden', async () => {
      const error = await refusedBy('socks5h://', { method: 2 });
      expect(error).toMatchObject({
        phase: 'auth',
        hint: expect.stringContaining('socks5h://user'),
      });
      expect(socks?.requests).toHaveLength(0);
    });

    test.each([1, 3, 0xfe, 0xff])(
      'are not sent where the server chooses method %i',
      async (method) => {
        const error = await refusedBy(`socks5h://ada:${SECRET}@`, { method });
        expect(error).toMatchObject({
          phase: 'auth',
          message: expect.stringContaining('the SDK supports'),
        });
        expect(socks?.requests).toHaveLength(0);
      },
    );
  });

  describe('what SOCKS cannot carry is refused before a socket opens', () => {
    test.each([
      ['a password for SOCKS 4', `socks4://ada:${SECRET}@`, origin4, 'socks5://'],
      ['a password for SOCKS 4a', `socks4a://ada:${SECRET}@`, origin4, 'socks5://'],
      ['a user name of 256 bytes', `socks5://${'é'.repeat(128)}@`, origin4, 'credentials'],
      ['a password of 256 bytes', `socks5h://u:${'p'.repeat(256)}@`, origin4, 'credentials'],
      ['a user id of 256 bytes', `socks4a://${'u'.repeat(256)}@`, origin4, 'credentials'],
      ['an IPv6 address by SOCKS 4', 'socks4://', () => 'http://[::1]:9', 'socks5://'],
      ['an IPv6 address by SOCKS 4a', 'socks4a://', () => 'http://[::1]:9', 'socks5://'],
      ['a name of 256 bytes', 'socks5h://', () => `http://${'a.'.repeat(128)}b`, 'endpoint'],
    ])('%s', async (_what, way, url, remedy) => {
      const error = await refusedBy(way, {}, {}, url());
      expect(error).toMatchObject({
        code: 'SDK_CONFIGURATION',
        field: 'httpProxy',
        hint: expect.stringContaining(remedy),
      });
      expect(socks?.connections).toBe(0);
    });
  });

  function origin4(): string {
    return origin.url;
  }

  describe('a server that breaks off', () => {
    // SOCKS 5 answers in 2 + 2 + 10 bytes, SOCKS 4 in 8.
    const way5 = `socks5h://ada:${SECRET}@`;
    const cases = [
      ...Array.from({ length: 14 }, (_, i) => [way5, i] as const),
      ...Array.from({ length: 8 }, (_, i) => ['socks4a://ada@', i] as const),
    ];
    test.each(cases)('%s, after %i bytes of its answers', async (way, closeAfterBytes) => {
      const error = await refusedBy(way, {
        closeAfterBytes,
        credentials: { username: 'ada', password: SECRET },
      });
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'tunnel',
        retryable: true,
        refused: false,
        message: expect.stringContaining(
          closeAfterBytes === 0 ? 'without an' : 'within its answer',
        ),
      });
      await gone();
    });

    test('by a reset', async () => {
      const proxy = await startScriptedProxy((socket) => {
        socket.once('data', () => socket.resetAndDestroy());
      });
      const error = await failure(`socks5h://127.0.0.1:${proxy.port}`);
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'tunnel',
        cause: { code: 'ECONNRESET' },
      });
      await proxy.close();
    });
  });

  describe('what is no SOCKS server of that version', () => {
    test.each([
      ['socks5h', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'in HTTP', 'http://'],
      ['socks4a', 'HTTP/1.0 400 Bad Request\r\n\r\n', 'in HTTP', 'http://'],
      ['socks5h', '\x15\x03\x03\x00\x02\x02\x46', 'in TLS', 'port'],
      ['socks5h', 'SSH-2.0-OpenSSH_9.9\r\n', 'not SOCKS', "SOCKS proxy's"],
      ['socks5h', '\x00\x5b\x00\x00\x00\x00\x00\x00', 'in SOCKS 4', 'socks4a://'],
      ['socks4a', '\x05\xff', 'in SOCKS 5', 'socks5h://'],
      ['socks5h', '\x05\x00\x06\x00', 'not SOCKS', "SOCKS proxy's"],
      ['socks5h', '\x05\x00\x05\x00\x00\x07aaaaaaaa', 'not SOCKS', "SOCKS proxy's"],
    ])('by %s, one that says %j is named %s', async (scheme, bytes, what, remedy) => {
      const proxy = await startScriptedProxy((socket) => {
        socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1')));
      });
      const error = await failure(`${scheme}://127.0.0.1:${proxy.port}`);
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'tunnel',
        refused: false,
        retryable: false,
        message: expect.stringContaining(what),
        hint: expect.stringContaining(remedy),
      });
      await until(() => proxy.openSockets() === 0);
      await proxy.close();
    });

    test('a real HTTP proxy is known by its answer', async () => {
      const proxy = await startProxy();
      const error = await failure(`socks5h://127.0.0.1:${proxy.port}`);
      expect(error).toMatchObject({ phase: 'tunnel', message: expect.stringContaining('in HTTP') });
      await proxy.close();
    });

    test('a bound address of the unknown type 7 opens no tunnel', async () => {
      const proxy = await startScriptedProxy((socket) => {
        socket.once('data', () => {
          socket.write(Buffer.from([5, 0]));
          socket.once('data', () => socket.write(Buffer.from([5, 0, 0, 7, 0, 0, 0, 0, 0, 0])));
        });
      });
      const error = await failure(`socks5h://127.0.0.1:${proxy.port}`);
      expect(error).toMatchObject({
        phase: 'tunnel',
        message: expect.stringContaining('not SOCKS'),
      });
      await proxy.close();
    });
  });

  test('a SOCKS server that is taken for an HTTP proxy is named', async () => {
    const proxy = await startScriptedProxy(scripts.answer(Buffer.from([5, 0xff]), 'end'));
    const { port } = proxy;
    const via = new ProxyServer({ protocol: 'http:', host: '127.0.0.1', port, tunnel: 'always' });
    const error = await failure(proxy.url, { via });
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'tunnel',
      hint: expect.stringContaining('socks5h://'),
    });
    await proxy.close();
  });

  describe('the way to the server', () => {
    test('a refused connection is a ProxyError of phase connect', async () => {
      expect(await failure(`socks5h://ada:${SECRET}@127.0.0.1:1`)).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'connect',
      });
    });

    test('a name without an address is a ProxyError of phase resolve', async () => {
      await transport.close();
      transport = new Engine({
        lookup: (name, _options, callback) =>
          callback(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), []),
      });
      expect(await failure(`socks5h://ada:${SECRET}@nowhere.test`)).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'resolve',
      });
    });

    test.each([
      ['socks5', 'socks5h://'],
      ['socks4', 'socks4a://'],
    ])(
      'a name of the origin that %s cannot resolve is an error of the origin',
      async (scheme, remedy) => {
        await transport.close();
        transport = new Engine({
          lookup: (_name, _options, callback) => callback(null, []),
        });
        const error = await refusedBy(`${scheme}://`, {}, {}, 'http://nowhere.test');
        expect(error).toMatchObject({
          code: 'SDK_CONNECTION',
          reason: 'ENODATA',
          requestSent: 'no',
          hint: expect.stringContaining(remedy),
        });
        expect(socks?.connections).toBe(0);
      },
    );
  });

  describe('time', () => {
    const silent = () => startScriptedProxy(scripts.silent);

    test.each(['socks5h', 'socks4a'])(
      'a silent server is left when proxyMs passes, by %s',
      async (scheme) => {
        const proxy = await silent();
        const error = await failure(`${scheme}://127.0.0.1:${proxy.port}`, {
          timeouts: { proxyMs: 80 },
        });
        expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy', requestSent: 'no' });
        await until(() => proxy.openSockets() === 0);
        await proxy.close();
      },
    );

    test('a server that drips too slowly is left too', async () => {
      const proxy = await startScriptedProxy((socket) => {
        socket.on('end', () => socket.end());
        socket.once('data', () => {
          socket.write(Buffer.from([5]));
        });
      });
      const error = await failure(`socks5h://127.0.0.1:${proxy.port}`, {
        timeouts: { proxyMs: 80 },
      });
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'proxy' });
      await until(() => proxy.openSockets() === 0);
      await proxy.close();
    });

    test("an abort within the handshake rejects with the signal's reason, and leaves no socket", async () => {
      const proxy = await silent();
      const ending = new AbortController();
      const failed = failure(`socks5h://127.0.0.1:${proxy.port}`, { signal: ending.signal });
      await until(() => (proxy.connections[0]?.receivedBytes ?? 0) > 0);
      const reason = new Error('changed my mind');
      ending.abort(reason);
      expect(await failed).toBe(reason);
      await until(() => proxy.openSockets() === 0);
      await proxy.close();
    });

    test('a look-up of the origin that never ends is one of the origin: connectMs bounds it', async () => {
      await transport.close();
      transport = new Engine({ lookup: () => undefined });
      const error = await refusedBy(
        'socks5://',
        {},
        { timeouts: { connectMs: 60 } },
        'http://slow.test',
      );
      expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'connect' });
      expect(socks?.connections).toBe(0);
    });
  });

  test('a tunnel that fell is opened anew', async () => {
    socks = await startSocks();
    const via = parseProxyUrl(`socks5h://${socks.authority}`);
    const send = async () => text((await transport.send(attempt(`${origin.url}/`, { via }))).body);
    await send();
    socks.destroySockets();
    await gone();
    await send();
    expect(socks.requests).toHaveLength(2);
  });
});
