import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { lookup as systemLookup } from 'node:dns';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, LookupFunction, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProxyUrl, type SocketOptions, type Transport } from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  startScriptedProxy,
  startSocks,
  type CertificateAuthority,
  type Origin,
} from '@sdk/testing';
import { refusal } from '../refusal.js';
import { attempt, text } from './request.js';
import { ENGINES } from '../engines.js';

describe.each(ENGINES)('on %s', (name, Engine) => {
  let authority: CertificateAuthority;
  /** Tells each client which address it comes from. */
  let origin: Origin;
  let transport: Transport | undefined;

  const fromWhere: http.RequestListener = (request, response) => {
    response.end(request.socket.remoteAddress);
  };

  beforeAll(async () => {
    authority = await createCertificateAuthority();
    origin = await startOrigin({ handler: fromWhere });
  });
  afterAll(() => origin.close());
  afterEach(async () => {
    await transport?.close();
    transport = undefined;
  });

  /** The body of one answer, by a transport that is made with `options`. */
  async function answer(options: SocketOptions, url: string, httpProxy?: string): Promise<string> {
    transport ??= new Engine(options);
    const via = httpProxy === undefined ? undefined : parseProxyUrl(httpProxy);
    const response = await transport.send(attempt(url, { via, tls: { ca: authority.cert } }));
    return text(response.body);
  }

  async function failure(
    options: SocketOptions,
    url: string,
    httpProxy?: string,
  ): Promise<unknown> {
    return answer(options, url, httpProxy).then(
      () => undefined,
      (reason: unknown) => reason,
    );
  }

  const named = (url: string, name = 'name.test'): string => url.replace('127.0.0.1', name);

  describe('lookup', () => {
    /** Knows every name as this address, and which names it was asked for. */
    function knowing(address: string) {
      const asked: string[] = [];
      const lookup: LookupFunction = (name, { all }, callback) => {
        asked.push(name);
        if (all === true) callback(null, [{ address, family: 4 }]);
        else callback(null, address, 4);
      };
      return { asked, lookup };
    }

    test('finds the origin of a direct route', async () => {
      const { asked, lookup } = knowing('127.0.0.1');
      expect(await answer({ lookup }, named(`${origin.url}/`))).toBe('127.0.0.1');
      expect(asked).toEqual(['name.test']);
    });

    test('is not asked for an address', async () => {
      const { asked, lookup } = knowing('192.0.2.1');
      await answer({ lookup }, `${origin.url}/`);
      expect(asked).toEqual([]);
    });

    test('finds a proxy, which finds the origin itself', async () => {
      const { asked, lookup } = knowing('127.0.0.1');
      const [proxy, socks] = [await startProxy(), await startSocks()];
      await answer({ lookup }, `${origin.url}/`, named(proxy.url, 'proxy.test'));
      await answer({ lookup }, named(`${origin.url}/`), `socks5h://socks.test:${socks.port}`);
      expect(asked).toEqual(['proxy.test', 'socks.test']);
      await Promise.all([proxy.close(), socks.close()]);
    });

    test('in the shape of dns.lookup itself serves', async () => {
      const lookup: LookupFunction = (_name, options, callback) =>
        systemLookup('127.0.0.1', options, callback);
      expect(await answer({ lookup }, named(`${origin.url}/`))).toBe('127.0.0.1');
    });

    test('may answer one address where all are asked for', async () => {
      const lookup: LookupFunction = (_name, _options, callback) => callback(null, '127.0.0.1', 4);
      expect(await answer({ lookup }, named(`${origin.url}/`))).toBe('127.0.0.1');
    });

    const broken: [what: string, lookup: LookupFunction, reason: string][] = [
      [
        'throws',
        () => {
          throw new Error('broken');
        },
        'UNKNOWN',
      ],
      [
        'fails with a code of its own',
        (_name, _options, callback) =>
          callback(Object.assign(new Error('no'), { code: 'ESERVFAIL' }), ''),
        'ESERVFAIL',
      ],
      [
        'fails with a string',
        (_name, _options, callback) => callback('broken' as unknown as Error, ''),
        'EAI_FAIL',
      ],
      ['is async and rejects', () => Promise.reject(new Error('broken')), 'UNKNOWN'],
      ['answers no address', (_name, _options, callback) => callback(null, []), 'ENODATA'],
      ['answers a name', (_name, _options, callback) => callback(null, 'other.test', 4), 'ENODATA'],
      [
        'answers rubbish',
        (_name, _options, callback) => callback(null, [null, 7, {}] as unknown as string),
        'ENODATA',
      ],
      [
        'answers nothing',
        (_name, _options, callback) => callback(null, undefined as unknown as string),
        'ENODATA',
      ],
    ];

    test.each(broken)(
      'that %s is a failure to resolve the origin',
      async (_what, lookup, reason) => {
        expect(await failure({ lookup }, named(`${origin.url}/`))).toMatchObject({
          code: 'SDK_CONNECTION',
          reason,
          requestSent: 'no',
          message: expect.stringContaining('No address for the name "name.test"'),
        });
      },
    );

    test.each(broken)('that %s is a failure to resolve the proxy', async (_what, lookup) => {
      expect(await failure({ lookup }, `${origin.url}/`, 'http://proxy.test:9')).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'resolve',
      });
    });

    test('that answers twice is heard once', async () => {
      const lookup: LookupFunction = (_name, _options, callback) => {
        callback(null, '127.0.0.1', 4);
        callback(new Error('late'), '');
      };
      expect(await answer({ lookup }, named(`${origin.url}/`))).toBe('127.0.0.1');
    });
  });

  describe('localAddress', () => {
    test('is where an origin sees connections come from', async () => {
      expect(await answer({ localAddress: '127.0.0.2' }, `${origin.url}/`)).toBe('127.0.0.2');
    });

    test.each(['http', 'socks5h', 'socks4'])(
      'is where a proxy sees them come from, by %s',
      async (scheme) => {
        const seen: unknown[] = [];
        const proxy = await startScriptedProxy((socket) => {
          seen.push(socket.remoteAddress);
          socket.destroy();
        });
        const httpProxy = `${scheme}://127.0.0.1:${proxy.port}`;
        await failure({ localAddress: '127.0.0.2' }, `${origin.url}/`, httpProxy);
        expect(seen).toEqual(['127.0.0.2']);
        await proxy.close();
      },
    );

    test('decides the family', async () => {
      const families: unknown[] = [];
      const lookup: LookupFunction = (_name, { family }, callback) => {
        families.push(family);
        callback(null, [
          { address: '::1', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ]);
      };
      const options = { localAddress: '127.0.0.2', lookup };
      expect(await answer(options, named(`${origin.url}/`))).toBe('127.0.0.2');
      expect(families).toEqual([4]);
    });

    test.each([
      ['is not of this machine', '192.0.2.7', 'EADDRNOTAVAIL'],
      ['is of another family than the peer', '::1', 'EINVAL'],
    ])('that %s is named as what failed, and not the peer', async (_what, localAddress, reason) => {
      const hint = expect.stringContaining('localAddress');
      expect(await failure({ localAddress }, `${origin.url}/`)).toMatchObject({
        code: 'SDK_CONNECTION',
        reason,
        hint,
      });
      expect(await failure({ localAddress }, `${origin.url}/`, 'http://127.0.0.1:9')).toMatchObject(
        { code: 'SDK_PROXY', phase: 'connect', hint },
      );
    });
  });

  describe('family', () => {
    /** One origin at both loopback addresses, and a look-up that knows both. */
    async function twofold(): Promise<{ url: string; lookup: LookupFunction; close: () => void }> {
      const v4 = http.createServer(fromWhere);
      const port = await listening(v4, 0, '127.0.0.1');
      const v6 = http.createServer(fromWhere);
      await listening(v6, port, '::1');
      const lookup: LookupFunction = (_name, { family }, callback) =>
        callback(
          null,
          [
            { address: '::1', family: 6 },
            { address: '127.0.0.1', family: 4 },
          ].filter((each) => family === 0 || family === undefined || each.family === family),
        );
      return {
        url: `http://name.test:${port}/`,
        lookup,
        close: () => {
          for (const each of [v4, v6]) each.close().closeAllConnections();
        },
      };
    }

    test.each([
      [4, '127.0.0.1'],
      [6, '::1'],
    ] as const)('%i goes by %s', async (family, address) => {
      const { url, lookup, close } = await twofold();
      expect(await answer({ lookup, family }, url)).toBe(address);
      close();
    });

    test('left out, an address that refuses gives way to the next', async () => {
      const { lookup } = await twofold().then((both) => (both.close(), both));
      expect(await answer({ lookup }, named(`${origin.url}/`))).toBe('127.0.0.1');
    });

    test('6, where the name has an IPv4 address alone, is a failure to resolve it', async () => {
      const lookup: LookupFunction = (_name, _options, callback) =>
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      expect(await failure({ lookup, family: 6 }, named(`${origin.url}/`))).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: 'ENODATA',
      });
    });

    test('holds for the names that socks5 resolves here', async () => {
      const { url, lookup, close } = await twofold();
      const socks = await startSocks({ host: '::1' });
      expect(await answer({ lookup, family: 6 }, url, `socks5://[::1]:${socks.port}`)).toBe('::1');
      expect(socks.requests[0]).toMatchObject({ addressType: 'ipv6' });
      await socks.close();
      close();
    });

    test('6 and SOCKS 4, which knows IPv4 alone, exclude each other', async () => {
      expect(await failure({ family: 6 }, `${origin.url}/`, 'socks4://127.0.0.1:9')).toMatchObject({
        code: 'SDK_CONFIGURATION',
      });
    });
  });

  describe('socketPath', () => {
    let folder: string;
    let socketPath: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sdk-socket-'));
      socketPath = join(folder, 'origin.sock');
    });
    afterAll(() => rm(folder, { recursive: true }));

    async function atSocket(server: Server): Promise<void> {
      await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    }
    const echo: http.RequestListener = ({ headers, url }, response) => {
      response.end(`${headers.host} ${url}`);
    };

    test('is how an origin is reached, by the name that the URL says', async () => {
      const server = http.createServer(echo);
      await atSocket(server);
      expect(await answer({ socketPath }, 'http://engine.test/v1/info')).toBe(
        'engine.test /v1/info',
      );
      // A kept connection serves again.
      expect(await answer({ socketPath }, 'http://engine.test/')).toBe('engine.test /');
      await transport?.close();
      server.close();
    });

    test('carries TLS, checked against the name in the URL', async () => {
      const server = https.createServer(
        { ...(await authority.issue({ hosts: ['engine.test'] })) },
        echo,
      );
      await atSocket(server);
      expect(await answer({ socketPath }, 'https://engine.test/')).toBe('engine.test /');
      expect(await failure({ socketPath }, 'https://other.test/')).toMatchObject({
        code: 'SDK_TLS',
      });
      await transport?.close();
      server.close();
    });

    test.each(['http', 'socks5h'])(
      'is never passed over for a proxy by %s, nor is the proxy',
      async (scheme) => {
        const server = http.createServer(echo);
        await atSocket(server);
        const proxy = await startSocks();
        for (const url of ['http://engine.test/', 'https://engine.test/']) {
          expect(
            await failure({ socketPath }, url, `${scheme}://u:canary-3@${proxy.authority}`),
          ).toMatchObject({
            code: 'SDK_CONFIGURATION',
            field: 'httpProxy',
            message: expect.not.stringContaining('canary-3'),
            hint: expect.stringContaining('httpProxy: false'),
          });
        }
        expect(proxy.connections).toBe(0);
        await proxy.close();
        server.close();
      },
    );

    test('where nobody listens, is a ConnectionError', async () => {
      const nobody = join(folder, 'nobody.sock');
      expect(await failure({ socketPath: nobody }, 'http://engine.test/')).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: 'ENOENT',
        requestSent: 'no',
        message: `http://engine.test could not be reached by the unix socket ${nobody} (ENOENT)`,
        hint: expect.stringContaining('socketPath'),
      });
    });
  });

  describe('what is given wrongly is refused by name', () => {
    const lookup = systemLookup as LookupFunction;
    test.each([
      [{ maxSocket: 5 }, `${name}.maxSocket`, 'maxSockets'],
      [{ localAdress: '127.0.0.1' }, `${name}.localAdress`, 'localAddress'],
      [{ maxSockets: 0 }, 'maxSockets', 'whole number'],
      [{ maxSockets: 1.5 }, 'maxSockets', 'this is 1.5'],
      [{ maxSockets: null }, 'maxSockets', 'this is null'],
      [{ idleSocketMs: 3e9 }, 'idleSocketMs', 'up to 2147483647; this is 3000000000'],
      [{ idleSocketMs: '60' }, 'idleSocketMs', 'whole number'],
      [{ lookup: 'dns' }, 'lookup', 'function'],
      [{ lookup: null }, 'lookup', 'function'],
      [{ localAddress: 'eth0' }, 'localAddress', 'IP address'],
      [{ localAddress: '[::1]' }, 'localAddress', 'without brackets'],
      [{ family: 5 }, 'family', '4 or 6'],
      [{ family: '4' }, 'family', '4 or 6'],
      [{ family: 0 }, 'family', 'Leave it out'],
      [{ family: 46 }, 'family', 'this is 46'],
      [{ localAddress: '127.0.0.1', family: 6 }, 'localAddress', 'IPv4'],
      [{ socketPath: '' }, 'socketPath', 'unix socket'],
      [{ socketPath: '/a\0b' }, 'socketPath', 'unix socket'],
      [{ socketPath: '/a', lookup }, 'lookup', 'socketPath'],
      [{ socketPath: '/a', family: 4 }, 'family', 'socketPath'],
      [{ socketPath: '/a', localAddress: '127.0.0.1' }, 'localAddress', 'socketPath'],
    ])('%j', (options, field, said) => {
      const error = refusal(() => new Engine(options as SocketOptions));
      expect(error.field).toBe(field);
      expect(`${error.message} ${error.hint ?? ''}`).toContain(said);
    });

    test("what hangs on Object.prototype is nobody's option", async () => {
      const polluted = Object.prototype as Record<string, unknown>;
      polluted['socketPath'] = '/nowhere.sock';
      polluted['localAddress'] = '192.0.2.1';
      try {
        expect(await answer({}, `${origin.url}/`)).toBe('127.0.0.1');
      } finally {
        delete polluted['socketPath'];
        delete polluted['localAddress'];
      }
    });
  });

  async function listening(server: Server, port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }
});
