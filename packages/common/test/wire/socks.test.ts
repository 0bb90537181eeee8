import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LookupFunction } from 'node:net';
import { parseProxyUrl, type TransportResponse, type Transport } from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startSocks,
  type CertificateAuthority,
  type Origin,
  type Socks,
  type SocksOptions,
} from '@sdk/testing';
import { attempt, text, type Attempt } from '../transport/request.js';
import { ENGINES } from '../engines.js';

describe.each(ENGINES)('on %s', (_name, Engine) => {
  let authority: CertificateAuthority;
  let secure: Origin;
  let plain: Origin;
  let overV6: Origin;
  let socks: Socks | undefined;
  let transport: Transport;
  /** The names that were looked up here, with the family asked for. */
  let lookedUp: (readonly [name: string, family: unknown])[];

  const lookup: LookupFunction = (name, options, callback) => {
    lookedUp.push([name, options.family]);
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  };

  beforeAll(async () => {
    authority = await createCertificateAuthority();
    const tls = await authority.issue({ hosts: ['127.0.0.1', '::1', 'origin.test'] });
    secure = await startOrigin({
      tls,
      handler: (request, response) => {
        const { socket } = request as { socket: { isSessionReused?: () => boolean } };
        response.end(String(socket.isSessionReused?.()));
      },
    });
    plain = await startOrigin();
    overV6 = await startOrigin({ host: '::1' });
  });
  afterAll(() => Promise.all([secure.close(), plain.close(), overV6.close()]));
  beforeEach(() => {
    lookedUp = [];
    transport = new Engine({ lookup });
  });
  afterEach(async () => {
    await transport.close();
    await socks?.close();
    socks = undefined;
  });

  /** Sends one request through a SOCKS server; `way` is a scheme, with credentials where it has an `@`. */
  async function through(
    way: string,
    url: string,
    options: SocksOptions = {},
    more: Attempt = {},
  ): Promise<TransportResponse> {
    socks ??= await startSocks(options);
    const [scheme = '', userinfo = ''] = way.split(' ');
    const via = parseProxyUrl(`${scheme}://${userinfo}${socks.authority}`);
    return transport.send(attempt(url, { via, tls: { ca: authority.cert }, ...more }));
  }

  const named = (origin: Origin): string =>
    origin.url.replace('127.0.0.1', 'origin.test').replace('[::1]', 'origin.test');

  describe('who resolves the name of the origin', () => {
    test.each([
      ['socks', 5, 'name', 'origin.test'],
      ['socks5h', 5, 'name', 'origin.test'],
      ['socks5', 5, 'ipv4', '127.0.0.1'],
      ['socks4', 4, 'ipv4', '127.0.0.1'],
      ['socks4a', 4, 'name', 'origin.test'],
    ] as const)(
      '%s:// asks a server of version %i for the %s %s',
      async (scheme, version, addressType, host) => {
        for (const origin of [plain, secure]) {
          const response = await through(scheme, `${named(origin)}/`);
          expect(response).toMatchObject({ status: 200, route: { way: 'tunnel' } });
          await text(response.body);
          expect(socks?.requests.at(-1)).toMatchObject({
            version,
            addressType,
            host,
            port: origin.port,
          });
        }
        const here = addressType === 'ipv4';
        expect(lookedUp.map(([name]) => name)).toEqual(here ? ['origin.test', 'origin.test'] : []);
      },
    );

    test('SOCKS 4 is given IPv4 addresses alone', async () => {
      await text((await through('socks4', `${named(plain)}/`)).body);
      expect(lookedUp).toEqual([['origin.test', 4]]);
    });

    test.each(['socks', 'socks4', 'socks4a', 'socks5', 'socks5h'])(
      '%s:// sends an IPv4 address as one',
      async (scheme) => {
        await text((await through(scheme, `${plain.url}/`)).body);
        expect(socks?.requests[0]).toMatchObject({ addressType: 'ipv4', host: '127.0.0.1' });
        expect(lookedUp).toEqual([]);
      },
    );

    test.each(['socks', 'socks5', 'socks5h'])(
      '%s:// sends an IPv6 address as one',
      async (scheme) => {
        await text((await through(scheme, `${overV6.url}/`)).body);
        expect(socks?.requests[0]).toMatchObject({ addressType: 'ipv6', host: '0:0:0:0:0:0:0:1' });
      },
    );

    test('every group of an IPv6 address arrives in its place', async () => {
      const asked = ['[2001:db8::1:0:2]', '[::ffff:102:304]', '[1:2:3:4:5:6:7:8]', '[fe80::]'];
      const reply = () => 2;
      for (const host of asked) {
        await through('socks5', `http://${host}/`, { reply }).catch(() => undefined);
      }
      expect(socks?.requests.map(({ host }) => host)).toEqual([
        '2001:db8:0:0:0:1:0:2',
        '0:0:0:0:0:ffff:102:304',
        '1:2:3:4:5:6:7:8',
        'fe80:0:0:0:0:0:0:0',
      ]);
    });
  });

  describe('the way', () => {
    test('a SOCKS server may have an IPv6 address', async () => {
      const response = await through('socks5h', `${overV6.url}/`, { host: '::1' });
      expect(response.status).toBe(200);
      await text(response.body);
    });

    test('the path arrives in origin form, byte for byte', async () => {
      await text((await through('socks5h', `${named(plain)}/a//b/../c?x=1`)).body);
      expect(plain.requests.at(-1)?.url).toBe('/a//b/../c?x=1');
    });

    test.each([
      ['ipv4', 'socks5h'],
      ['ipv6', 'socks5h'],
      ['name', 'socks5h'],
      ['ipv4', 'socks4a'],
    ] as const)('answers that drip are read: an address as %s by %s', async (boundAs, scheme) => {
      const response = await through(
        `${scheme} u:p@`.replace('4a u:p', '4a u'),
        `${named(secure)}/`,
        {
          boundAs,
          drip: true,
          credentials: { username: 'u', password: 'p' },
        },
      );
      expect(response.status).toBe(200);
      await text(response.body);
    });

    test.each(['socks5h', 'socks4a'])(
      'by %s, what the origin says right behind the handshake is not lost',
      async (scheme) => {
        const early = 'HTTP/1.1 200 OK\r\nX-Early: yes\r\nContent-Length: 5\r\n\r\nearly';
        const response = await through(scheme, `${named(plain)}/`, { glued: early });
        expect(response.headers.get('x-early')).toBe('yes');
        expect(await text(response.body)).toBe('early');
      },
    );

    test('a tunnel is used again', async () => {
      for (let i = 0; i < 4; i += 1)
        await text((await through('socks5h', `${named(secure)}/`)).body);
      expect(socks?.requests).toHaveLength(1);
    });

    test('a tunnel belongs to its scheme and its credentials', async () => {
      for (const way of ['socks5h', 'socks5', 'socks5h u:p@', 'socks5h u:q@', 'socks5h u:p@'])
        await text((await through(way, `${named(secure)}/`)).body);
      expect(socks?.requests).toHaveLength(4);
    });

    test('TLS sessions are resumed from tunnel to tunnel', async () => {
      expect(await text((await through('socks5h', `${named(secure)}/`)).body)).toBe('false');
      socks?.destroySockets();
      const again = await through('socks5h', `${named(secure)}/`, {}, { freshSocket: true });
      expect(await text(again.body)).toBe('true');
      expect(socks?.requests).toHaveLength(2);
    });

    test('another address of the name is tried where the server cannot reach the first', async () => {
      await transport.close();
      transport = new Engine({
        lookup: (_name, _options, callback) =>
          callback(null, [
            { address: '192.0.2.1', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ]),
      });
      const response = await through('socks5', `${named(plain)}/`, {
        reply: ({ host }) => (host === '192.0.2.1' ? 4 : undefined),
      });
      expect(response.status).toBe(200);
      await text(response.body);
      expect(socks?.requests.map(({ host }) => host)).toEqual(['192.0.2.1', '127.0.0.1']);
      expect(socks?.openSockets()).toBe(1);
    });
  });

  describe('credentials', () => {
    const credentials = { username: 'ada', password: 'p@ss:100%' };

    test('go to a SOCKS 5 server that asks for them', async () => {
      const response = await through('socks5h ada:p%40ss%3A100%25@', `${named(plain)}/`, {
        credentials,
      });
      expect(response.status).toBe(200);
      await text(response.body);
      expect(socks?.requests[0]).toMatchObject({ ...credentials, methods: [0, 2] });
    });

    test('are kept from a SOCKS 5 server that asks for none', async () => {
      await text((await through('socks5h ada:secret@', `${named(plain)}/`)).body);
      expect(socks?.requests[0]).toMatchObject({ username: undefined, password: undefined });
    });

    test('are not offered where there are none', async () => {
      await text((await through('socks5h', `${named(plain)}/`)).body);
      expect(socks?.requests[0]?.methods).toEqual([0]);
    });

    test('are a user id for SOCKS 4', async () => {
      await text((await through('socks4a ada@', `${named(plain)}/`, { credentials })).body);
      expect(socks?.requests[0]).toMatchObject({ username: 'ada', password: undefined });
    });

    test('of 255 bytes each arrive whole', async () => {
      const long = { username: 'é'.repeat(127) + 'x', password: 'y'.repeat(255) };
      const way = `socks5h ${encodeURIComponent(long.username)}:${long.password}@`;
      await text((await through(way, `${named(plain)}/`, { credentials: long })).body);
      expect(socks?.requests[0]).toMatchObject(long);
    });
  });
});
