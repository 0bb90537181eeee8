import type { ProxyServer } from '@sdk/common';
import type { Proxy } from '../proxy.js';
import { until } from '../until.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, type TransportStand } from './transport-stand.js';

const CREDENTIALS = { username: 'ada', password: 'p@ss:100%' };

/** One way from here to an origin. */
interface Way {
  readonly name: string;
  readonly secure: boolean;
  readonly proxy?: 'open' | 'guarded' | 'encrypted';
  readonly tunnel?: 'always';
}

const DIRECT: readonly Way[] = [
  { name: 'directly to an http origin', secure: false },
  { name: 'directly to an https origin', secure: true },
];
const PROXIED: readonly Way[] = [
  { name: 'in absolute-form to an http origin', secure: false, proxy: 'open' },
  { name: 'in absolute-form with credentials', secure: false, proxy: 'guarded' },
  { name: 'through a tunnel to an https origin', secure: true, proxy: 'open' },
  { name: 'through a tunnel with credentials', secure: true, proxy: 'guarded' },
  { name: 'through a tunnel to an http origin', secure: false, proxy: 'open', tunnel: 'always' },
  { name: 'through an https proxy to an https origin', secure: true, proxy: 'encrypted' },
  { name: 'through an https proxy to an http origin', secure: false, proxy: 'encrypted' },
];

/** Where a way leads, set up. */
interface Place {
  readonly url: string;
  readonly via: ProxyServer | undefined;
  readonly tls: { readonly ca: string };
  readonly proxy: Proxy | undefined;
  /** Sockets open at the origin and the proxy. */
  openSockets(): number;
}

async function lay(stand: TransportStand, way: Way): Promise<Place> {
  const origin = await (way.secure ? stand.secureOrigin() : stand.origin());
  const tls = await stand.trust();
  if (way.proxy === undefined) {
    const { openSockets } = origin;
    return { url: origin.url, via: undefined, tls, proxy: undefined, openSockets };
  }
  const credentials = way.proxy === 'open' ? undefined : CREDENTIALS;
  const proxy = await (way.proxy === 'encrypted'
    ? stand.secureProxy({ credentials })
    : stand.proxy({ credentials }));
  const own = way.proxy === 'encrypted' ? { tls } : {};
  const via = serverAt(proxy, { ...credentials, ...own, tunnel: way.tunnel });
  const openSockets = (): number => origin.openSockets() + proxy.openSockets();
  return { url: origin.url, via, tls, proxy, openSockets };
}

/** Every way to an origin: it is taken, its sockets are used again, and none is left. */
export function testWays({ expect, can, on }: TransportBench): void {
  for (const way of can.proxies ? [...DIRECT, ...PROXIED] : DIRECT) {
    on(`a request arrives and its answer comes back ${way.name}`, async (stand) => {
      const { url, via, tls, proxy } = await lay(stand, way);
      const path = '/a//b/../c?x=%20y';
      const transport = await stand.transport();
      const answer = await exchange(transport, url + path, {
        via,
        tls,
        method: 'POST',
        headers: ['X-One', '1'],
        body: 'päß',
      });
      expect(answer.status).toBe(200);
      const echo = JSON.parse(answer.text) as { url: string };
      expect(echo).toMatchObject({ method: 'POST', bodyBytes: 5 });
      // proxy-chain reads the target of an absolute-form as a URL: there its own record is the proof.
      const forwarded = answer.route.way === 'forward';
      expect(forwarded ? proxy?.requests.at(-1)?.target : url + echo.url).toBe(url + path);
    });

    if (can.pools) {
      on(`a second request uses the socket of the first ${way.name}`, async (stand) => {
        const { url, via, tls } = await lay(stand, way);
        const transport = await stand.transport();
        const first = await exchange(transport, `${url}/`, { via, tls });
        const second = await exchange(transport, `${url}/`, { via, tls });
        expect([first.reusedSocket, second.reusedSocket]).toEqual([false, true]);
      });
    }

    on(`no socket is left after close ${way.name}`, async (stand) => {
      const { url, via, tls, openSockets } = await lay(stand, way);
      const transport = await stand.transport();
      await exchange(transport, `${url}/`, { via, tls });
      await transport.close();
      await until(() => openSockets() === 0, 'every socket was closed');
    });
  }

  if (!can.proxies) return;

  on(
    'what was decided is what is dialled: each route reaches its own proxy and no other',
    async (stand) => {
      const [plain, secure] = [await stand.origin(), await stand.secureOrigin()];
      const [one, two] = [await stand.proxy(), await stand.proxy()];
      const tls = await stand.trust();
      const transport = await stand.transport();
      const counts = (): number[][] =>
        [one, two].map(({ stats }) => [stats.forwards, stats.connects]);
      for (const { url } of [plain, secure]) await exchange(transport, `${url}/`, { tls });
      expect(counts()).toEqual([
        [0, 0],
        [0, 0],
      ]);
      for (const proxy of [one, two]) {
        const via = serverAt(proxy);
        for (const { url } of [plain, secure]) await exchange(transport, `${url}/`, { tls, via });
      }
      expect(counts()).toEqual([
        [1, 1],
        [1, 1],
      ]);
      for (const { url } of [plain, secure]) await exchange(transport, `${url}/`, { tls });
      expect(counts()).toEqual([
        [1, 1],
        [1, 1],
      ]);
      expect([plain.requests.length, secure.requests.length]).toEqual([4, 4]);
    },
  );

  on('a thousand requests at once over two proxies mix nothing up', async (stand) => {
    const secure = await stand.secureOrigin();
    const proxies = [
      await stand.proxy({ credentials: { username: 'a', password: 'one' } }),
      await stand.proxy({ credentials: { username: 'b', password: 'two' } }),
    ] as const;
    const servers = [
      serverAt(proxies[0], { username: 'a', password: 'one' }),
      serverAt(proxies[1], { username: 'b', password: 'two' }),
    ];
    const tls = await stand.trust();
    const transport = await stand.transport({ maxSockets: 20 });
    // Without a pool these are a thousand handshakes of a busy machine.
    const timeouts = { poolMs: 50_000, proxyMs: 50_000, connectMs: 50_000, headersMs: 50_000 };
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, async (_, i) => {
        const answer = await exchange(transport, `${secure.url}/call/${i}`, {
          via: servers[i % 2],
          tls,
          timeouts,
          method: 'POST',
          body: `body ${i}`,
          headers: ['X-Call', String(i)],
        });
        const echo = JSON.parse(answer.text) as { url: string; headers: [string, string][] };
        const call = echo.headers.find(([name]) => name.toLowerCase() === 'x-call')?.[1];
        return [echo.url, call, answer.route.proxy === servers[i % 2]];
      }),
    );
    expect(answers).toEqual(
      Array.from({ length: 1_000 }, (_, i) => [`/call/${i}`, String(i), true]),
    );
    if (can.pools && can.options) {
      expect(proxies.map(({ stats }) => stats.connects)).toEqual([20, 20]);
    }
    await transport.close();
    await until(() => proxies.every((proxy) => proxy.openSockets() === 0), 'no tunnel was left');
  });
}
