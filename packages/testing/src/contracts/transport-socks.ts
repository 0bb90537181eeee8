import type { LookupFunction } from 'node:net';
import { startSocks, type Socks, type SocksOptions } from '../socks.js';
import { until } from '../until.js';
import { serverAt, type Attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, type TransportStand } from './transport-stand.js';

const start = async (stand: TransportStand, options: SocksOptions = {}): Promise<Socks> =>
  stand.keep(await startSocks(options));

/** The server under a scheme: `socks4a` and the like. */
const by = (scheme: string, { authority }: Socks, more: Parameters<typeof serverAt>[1] = {}) =>
  serverAt({ url: `${scheme}://${authority}` }, more);

/** SOCKS 4, 4a, 5 and 5h: who resolves the name, who gets the credentials, and that a refusal is the proxy's. */
export function testSocks({ expect, can, on }: TransportBench): void {
  for (const [scheme, version, addressType] of [
    ['socks', 5, 'name'],
    ['socks5h', 5, 'name'],
    ['socks5', 5, 'ipv4'],
    ['socks4a', 4, 'name'],
    ['socks4', 4, 'ipv4'],
  ] as const) {
    const who = addressType === 'name' ? 'by the proxy' : 'here';
    on(
      `${scheme}: tunnels http and https targets, and their names are resolved ${who}`,
      async (stand) => {
        const [plain, secure] = [await stand.origin(), await stand.secureOrigin()];
        const socks = await start(stand);
        const tls = await stand.trust();
        const transport = await stand.transport();
        for (const origin of [plain, secure]) {
          const url = `${origin.url.replace('127.0.0.1', 'localhost')}/a//b`;
          const answer = await exchange(transport, url, { via: by(scheme, socks), tls });
          expect([answer.status, answer.route.way]).toEqual([200, 'tunnel']);
          expect(origin.requests.at(-1)?.url).toBe('/a//b');
          const { port } = origin;
          const host = addressType === 'name' ? 'localhost' : '127.0.0.1';
          expect({ ...socks.requests.at(-1) }).toMatchObject({ version, addressType, host, port });
        }
        expect([plain.connections, secure.connections]).toEqual([1, 1]);
        await transport.close();
        await until(() => socks.openSockets() === 0, 'no tunnel was left');
      },
    );
  }

  if (can.options) {
    on('no name is looked up here where the SOCKS proxy resolves it', async (stand) => {
      const [origin, socks] = [await stand.origin(), await start(stand)];
      const asked: string[] = [];
      const lookup: LookupFunction = (name, _options, callback) => {
        asked.push(name);
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      };
      const transport = await stand.transport({ lookup });
      const url = `http://origin.test:${origin.port}/`;
      for (const scheme of ['socks', 'socks5h', 'socks4a', 'socks5', 'socks4']) {
        expect((await exchange(transport, url, { via: by(scheme, socks) })).status).toBe(200);
      }
      expect(asked).toEqual(['origin.test', 'origin.test']);
    });
  }

  on('credentials go to the SOCKS proxy that asks for them, and to no origin', async (stand) => {
    const credentials = { username: 'ada', password: 'p@ss:100%' };
    const [origin, socks] = [await stand.origin(), await start(stand, { credentials })];
    const transport = await stand.transport();
    // SOCKS 4 knows a user id, and no password.
    const { username } = credentials;
    for (const via of [by('socks5h', socks, credentials), by('socks4a', socks, { username })]) {
      await exchange(transport, `${origin.url}/`, { via });
    }
    const [five, four] = socks.requests;
    expect([five?.username, five?.password]).toEqual(['ada', 'p@ss:100%']);
    expect([four?.username, four?.password]).toEqual(['ada', undefined]);
    expect(JSON.stringify(origin.requests.map((each) => each.rawHeaders))).not.toMatch(/ada/);
  });

  on('credentials that a SOCKS proxy refuses are a ProxyError of phase auth', async (stand) => {
    const [origin, socks] = [
      await stand.origin(),
      await start(stand, { credentials: { username: 'ada', password: 'right' } }),
    ];
    const transport = await stand.transport();
    for (const given of [{}, { username: 'ada', password: 'canary' }]) {
      const via = by('socks5h', socks, given);
      const error = await failureOf(transport, `${origin.url}/`, { via });
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no' });
      expect(JSON.stringify(error)).not.toMatch(/canary/);
    }
    expect(origin.connections).toBe(0);
  });

  on('what a SOCKS proxy refuses is a ProxyError, and its socket is destroyed', async (stand) => {
    const socks = await start(stand, { reply: ({ version }) => (version === 5 ? 2 : 91) });
    const transport = await stand.transport();
    for (const scheme of ['socks5h', 'socks4a']) {
      const via = by(scheme, socks);
      const error = await failureOf(transport, 'http://origin.test/', { via });
      expect(error).toMatchObject({
        code: 'SDK_PROXY',
        phase: 'tunnel',
        proxy: via.href,
        requestSent: 'no',
      });
    }
    await until(() => socks.openSockets() === 0, 'the proxy saw the sockets close');
  });

  on('what is no SOCKS proxy is a ProxyError that says so', async (stand) => {
    const transport = await stand.transport();
    const mute = await stand.scripted((socket) => void socket.end('huh'));
    const peers = [
      [await stand.origin(), /write http:\/\//],
      [mute, /SOCKS/],
    ] as const;
    for (const [peer, hint] of peers) {
      const via = serverAt({ url: peer.url.replace('http:', 'socks5h:') });
      const timeouts: Attempt['timeouts'] = { proxyMs: 5_000 };
      const error = await failureOf(transport, 'http://origin.test/', { via, timeouts });
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tunnel', requestSent: 'no' });
      expect(error['hint']).toMatch(hint);
    }
  });

  if (!can.pools) return;
  on(
    'a SOCKS tunnel is used again, and never by another scheme or other credentials',
    async (stand) => {
      const [origin, socks] = [await stand.origin(), await start(stand)];
      const transport = await stand.transport();
      const reused = async (scheme: string, username?: string): Promise<boolean> => {
        const via = by(scheme, socks, { username, password: 'x' });
        return (await exchange(transport, `${origin.url}/`, { via })).reusedSocket;
      };
      expect([await reused('socks5h'), await reused('socks5h')]).toEqual([false, true]);
      expect([await reused('socks5'), await reused('socks4a')]).toEqual([false, false]);
      expect([await reused('socks5h', 'a'), await reused('socks5h', 'b')]).toEqual([false, false]);
      expect(await reused('socks5h', 'a')).toBe(true);
    },
  );
}
