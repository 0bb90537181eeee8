import { originOf, routeTo } from '@sdk/common';
import { until } from '../until.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, readAll } from './transport-stand.js';

/** Sockets are used again, and only by those who may. */
export function testPooling({ expect, can, on }: TransportBench): void {
  if (!can.pools) return;

  on('what was used last is used next, so that few sockets stay warm', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    await Promise.all([1, 2, 3].map(() => exchange(transport, `${origin.url}/slow-headers?ms=50`)));
    for (let i = 0; i < 6; i += 1) await exchange(transport, `${origin.url}/again`);
    const ids = origin.requests.filter(({ url }) => url === '/again').map((each) => each.socketId);
    expect(new Set(ids).size).toBe(1);
  });

  on('a socket is never shared by other TLS settings of the origin', async (stand) => {
    const origin = await stand.secureOrigin();
    const transport = await stand.transport();
    const tls = await stand.trust();
    await exchange(transport, `${origin.url}/`, { tls });
    expect(await failureOf(transport, `${origin.url}/`)).toMatchObject({ code: 'SDK_TLS' });
    expect((await exchange(transport, `${origin.url}/`, { tls: { ...tls } })).reusedSocket).toBe(
      true,
    );
  });

  on('sockets of one origin are never used for another', async (stand) => {
    const [one, two] = [await stand.origin(), await stand.origin()];
    const transport = await stand.transport();
    await exchange(transport, `${one.url}/`);
    expect((await exchange(transport, `${two.url}/`)).reusedSocket).toBe(false);
    expect([one.requests.length, two.requests.length]).toEqual([1, 1]);
  });

  if (!can.proxies) return;

  on('a tunnel is never shared by other credentials', async (stand) => {
    const origin = await stand.secureOrigin();
    const proxy = await stand.proxy({ credentials: { username: 'a', password: 'one' } });
    const transport = await stand.transport();
    const tls = await stand.trust();
    const send = (password: string) => ({
      via: serverAt(proxy, { username: 'a', password }),
      tls,
    });
    await exchange(transport, `${origin.url}/`, send('one'));
    expect(await failureOf(transport, `${origin.url}/`, send('wrong'))).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'auth',
    });
    expect((await exchange(transport, `${origin.url}/`, send('one'))).reusedSocket).toBe(true);
  });

  on(
    'a tunnel is never shared by another proxy, other headers or TLS settings of the proxy',
    async (stand) => {
      const origin = await stand.secureOrigin();
      const proxy = await stand.secureProxy();
      const transport = await stand.transport();
      const tls = await stand.trust();
      const reused = async (more: Parameters<typeof serverAt>[1]): Promise<boolean> => {
        const via = serverAt(proxy, { tls, ...more });
        return (await exchange(transport, `${origin.url}/`, { via, tls })).reusedSocket;
      };
      expect([await reused({}), await reused({})]).toEqual([false, true]);
      expect([await reused({ headers: ['X-Team', 'a'] })]).toEqual([false]);
      expect([await reused({ headers: ['X-Team', 'b'] })]).toEqual([false]);
      expect([await reused({ tls: { ...tls, minVersion: 'TLSv1.3' } })]).toEqual([false]);
      const distrusting = serverAt(proxy);
      expect(await failureOf(transport, `${origin.url}/`, { via: distrusting, tls })).toMatchObject(
        {
          code: 'SDK_PROXY',
          phase: 'tls',
        },
      );
      expect((await exchange(transport, `${origin.url}/`, { tls })).reusedSocket).toBe(false);
    },
  );

  on('forward connections to one proxy are shared across http origins', async (stand) => {
    const [one, two] = [await stand.origin(), await stand.origin()];
    const proxy = await stand.proxy();
    const transport = await stand.transport();
    const via = serverAt(proxy);
    await exchange(transport, `${one.url}/`, { via });
    const second = await exchange(transport, `${two.url}/`, { via });
    expect([second.reusedSocket, two.requests.length]).toEqual([true, 1]);
    expect(proxy.stats.connections).toBe(1);
  });

  on(
    'a forward connection is never used for a tunnel, nor a tunnel for another origin',
    async (stand) => {
      const [one, two] = [await stand.origin(), await stand.origin()];
      const proxy = await stand.proxy();
      const transport = await stand.transport();
      const tunnel = serverAt(proxy, { tunnel: 'always' });
      await exchange(transport, `${one.url}/`, { via: serverAt(proxy) });
      for (const { url } of [one, two]) {
        expect((await exchange(transport, `${url}/`, { via: tunnel })).reusedSocket).toBe(false);
      }
      expect(proxy.stats).toMatchObject({ forwards: 1, connects: 2, connections: 3 });
    },
  );

  on('the number of pools is bounded, however many ways and places were visited', async (stand) => {
    const origin = await stand.origin();
    const proxy = await stand.proxy();
    const transport = await stand.transport();
    const ways = 700;
    const target = originOf(origin.url);
    for (let i = 0; i < ways; i += 1) {
      // Other headers make another proxy of it, so that each way has a pool of its own.
      const route = routeTo(target, serverAt(proxy, { headers: ['X-Way', String(i)] }));
      const { body } = await transport.send({ ...attempt(`${origin.url}/`), route });
      await readAll(body);
    }
    expect(proxy.stats.forwards).toBe(ways);
    await until(() => proxy.openSockets() < ways - 100, 'the sockets of the oldest were closed');
  });
}
