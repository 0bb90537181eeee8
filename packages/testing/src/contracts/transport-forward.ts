import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf } from './transport-stand.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Absolute-form: what is written to the proxy, and what its answers mean. */
export function testForward({ expect, can, on }: TransportBench): void {
  on(
    'an http target goes in absolute-form, its path byte for byte as it was built',
    async (stand) => {
      const proxy = await stand.scripted(scripts.answer(OK));
      const transport = await stand.transport();
      for (const [i, path] of ['//bucket/key', '/a/../b', '/./c', '/%7Ea?x=%20&y', '/'].entries()) {
        const via = serverAt(proxy);
        const url = `http://origin.test${path}`;
        expect((await exchange(transport, url, { via, freshSocket: true })).text).toBe('ok');
        const [line, ...rest] = proxy.connections[i]!.received.toString('latin1').split('\r\n');
        expect(line).toBe(`GET http://origin.test${path} HTTP/1.1`);
        expect(rest.filter((each) => /^host:/i.test(each)).map((each) => each.slice(6))).toEqual([
          'origin.test',
        ]);
      }
    },
  );

  on(
    'in absolute-form the headers of the proxy are added, and the origin sees what the proxy lets through',
    async (stand) => {
      const proxy = await stand.scripted(scripts.answer(OK));
      const via = serverAt(proxy, {
        headers: ['X-For-Proxy', 'yes'],
        username: 'a',
        password: 'b',
      });
      const headers = ['X-For-Origin', 'yes'];
      await exchange(await stand.transport(), 'http://origin.test/', { via, headers });
      const head = proxy.connections[0]!.received.toString('latin1');
      expect(head).toMatch(/^X-For-Proxy: yes\r$/im);
      expect(head).toMatch(/^X-For-Origin: yes\r$/im);
      expect(head).toMatch(/^Proxy-Authorization: Basic YTpi\r$/im);
    },
  );

  on('an http target is tunnelled where the proxy says tunnel: always', async (stand) => {
    const [origin, proxy] = [await stand.origin(), await stand.proxy()];
    const via = serverAt(proxy, { tunnel: 'always' });
    await exchange(await stand.transport(), `${origin.url}/secret`, { via });
    expect(proxy.requests.map(({ method, target }) => [method, target])).toEqual([
      ['CONNECT', `127.0.0.1:${origin.port}`],
    ]);
    expect(origin.requests[0]?.url).toBe('/secret');
  });

  on('in absolute-form a 407 is always a ProxyError of phase auth', async (stand) => {
    const proxy = await stand.scripted(
      scripts.refuse(407, { headers: ['Proxy-Authenticate: Basic realm="x"'] }),
    );
    const transport = await stand.transport();
    const error = await failureOf(transport, 'http://origin.test/', { via: serverAt(proxy) });
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'auth',
      status: 407,
      proxy: proxy.url,
    });
    expect(error['hint']).toMatch(/Basic/);
    await until(() => proxy.openSockets() === 0, 'the proxy saw the socket close');
  });

  on(
    'in absolute-form any other status is handed up, for the connection to say whose it is',
    async (stand) => {
      const transport = await stand.transport();
      for (const status of [403, 502, 503]) {
        const headers = ['Proxy-Status: squid; error=http_request_denied'];
        const proxy = await stand.scripted(scripts.refuse(status, { headers, body: 'no' }));
        const answer = await exchange(transport, 'http://origin.test/', { via: serverAt(proxy) });
        expect([answer.status, answer.text]).toEqual([status, 'no']);
        expect(answer.headers.get('proxy-status')).toMatch(/squid/);
      }
    },
  );

  if (!can.pools) return;
  on(
    'changes reuse the connections of a forward proxy that has shown that it keeps them',
    async (stand) => {
      const [origin, proxy] = [await stand.origin(), await stand.proxy()];
      const transport = await stand.transport();
      const send = async (method: string): Promise<boolean> =>
        (await exchange(transport, `${origin.url}/`, { via: serverAt(proxy), method }))
          .reusedSocket;
      expect([await send('GET'), await send('GET'), await send('POST')]).toEqual([
        false,
        true,
        true,
      ]);
    },
  );
}
