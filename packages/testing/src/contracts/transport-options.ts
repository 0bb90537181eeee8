import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LookupFunction, Socket } from 'node:net';
import { until } from '../until.js';
import { rejection } from './runner.js';
import { attempt, serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, readAll } from './transport-stand.js';

/** Every name is 127.0.0.1; notes who was asked for. */
function everyNameIsHere(asked: string[]): LookupFunction {
  return (hostname, options, callback) => {
    asked.push(hostname);
    if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
}

/** The options that every engine shares. */
export function testOptions({ expect, can, on }: TransportBench): void {
  if (!can.options) return;

  if (can.pools) {
    on('no more than maxSockets are open for one way to one origin', async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ maxSockets: 3 });
      const all = Array.from({ length: 30 }, () =>
        exchange(transport, `${origin.url}/slow-headers?ms=10`),
      );
      await Promise.all(all);
      expect([origin.connections, origin.requests.length]).toEqual([3, 30]);
    });

    on('requests that want a fresh socket keep to maxSockets, too', async (stand) => {
      const open = new Set<Socket>();
      let most = 0;
      const origin = await stand.origin({
        handler: ({ socket }, response) => {
          if (!open.has(socket)) {
            open.add(socket);
            for (const over of ['end', 'close']) socket.once(over, () => open.delete(socket));
          }
          // Not before the ends of others, which arrived together with this request, have been seen.
          setImmediate(() => (most = Math.max(most, open.size)));
          setTimeout(() => response.end(), 10);
        },
      });
      const transport = await stand.transport({ maxSockets: 3 });
      const flood = async (wantsFresh: (number: number) => boolean): Promise<void> => {
        const all = Array.from({ length: 24 }, (_, i) =>
          exchange(transport, `${origin.url}/`, { freshSocket: wantsFresh(i) }),
        );
        await Promise.all(all);
      };
      await flood(() => false);
      expect([most, origin.connections]).toEqual([3, 3]);
      await flood(() => true);
      expect([most, origin.connections]).toEqual([3, 3 + 24]);
      await flood((number) => number % 2 === 0);
      expect([most, origin.requests.length]).toEqual([3, 3 * 24]);
    });

    on('those who wait for a socket get it in the order in which they came', async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ maxSockets: 1 });
      const paths = Array.from({ length: 10 }, (_, i) => `/${i}`);
      await Promise.all(paths.map((each) => exchange(transport, origin.url + each)));
      expect(origin.requests.map(({ url }) => url)).toEqual(paths);
    });

    on('a body that nobody begins to read gives its socket back after idleMs', async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ maxSockets: 1 });
      const timeouts = { idleMs: 100 };
      const { body } = await transport.send(attempt(`${origin.url}/bytes/3000000`, { timeouts }));
      expect((await exchange(transport, `${origin.url}/`)).status).toBe(200);
      expect(await rejection(readAll(body))).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'idle' });
    });

    on('an idle socket expires after idleSocketMs', async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport({ idleSocketMs: 60 });
      await exchange(transport, `${origin.url}/`);
      await until(() => origin.openSockets() === 0, 'the idle socket was closed');
    });
  }

  on('lookup is asked for the names that are dialled, and for no others', async (stand) => {
    const origin = await stand.origin();
    const asked: string[] = [];
    const transport = await stand.transport({ lookup: everyNameIsHere(asked) });
    expect((await exchange(transport, `http://origin.test:${origin.port}/`)).status).toBe(200);
    expect(asked).toEqual(['origin.test']);
    if (!can.proxies) return;
    asked.length = 0;
    const proxy = await stand.proxy();
    const via = serverAt({ url: `http://proxy.test:${proxy.port}` });
    const { status } = await exchange(transport, `${origin.url}/`, { via });
    expect([status, asked]).toEqual([200, ['proxy.test']]);
  });

  on('every address of a name is tried until one answers', async (stand) => {
    const origin = await stand.origin();
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]);
    };
    const transport = await stand.transport({ lookup });
    const url = `http://origin.test:${origin.port}/`;
    expect((await exchange(transport, url)).status).toBe(200);
    if (!can.proxies) return;
    const proxy = await stand.proxy();
    const via = serverAt({ url: `http://proxy.test:${proxy.port}` });
    expect((await exchange(transport, `${origin.url}/`, { via })).status).toBe(200);
    expect(proxy.stats.forwards).toBe(1);
  });

  on('localAddress is what sockets are bound to', async (stand) => {
    const origin = await stand.origin();
    const bound = await stand.transport({ localAddress: '127.0.0.1' });
    expect((await exchange(bound, `${origin.url}/`)).status).toBe(200);
    const elsewhere = await stand.transport({ localAddress: '::1' });
    expect(await failureOf(elsewhere, `${origin.url}/`)).toMatchObject({
      code: 'SDK_CONNECTION',
      requestSent: 'no',
    });
  });

  on('family is the only one that is dialled', async (stand) => {
    const origin = await stand.origin();
    const url = `http://localhost:${origin.port}/`;
    const four = await stand.transport({ family: 4 });
    expect((await exchange(four, url)).status).toBe(200);
    const six = await stand.transport({ family: 6 });
    expect(await failureOf(six, url)).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'no' });
  });

  if (process.platform === 'win32') return;
  on('socketPath is where direct requests go, whatever their origin', async (stand) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sdk-'));
    stand.keep({ close: () => rm(folder, { recursive: true }) });
    const socketPath = path.join(folder, 'origin.sock');
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.host);
      response.end('by the socket');
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    stand.keep({ close: async () => void server.close() });
    const transport = await stand.transport({ socketPath });
    expect((await exchange(transport, 'http://origin.test/x')).text).toBe('by the socket');
    expect(seen).toEqual(['origin.test']);
  });
}
