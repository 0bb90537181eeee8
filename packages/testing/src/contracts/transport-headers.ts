import { Readable } from 'node:stream';
import type { Transport } from '@sdk/common';
import type { Origin } from '../origin.js';
import { serverAt, type Attempt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, type TransportStand } from './transport-stand.js';

/** What the origin was sent, the names in lower case. */
async function sent(
  transport: Transport,
  origin: Origin,
  more: Attempt = {},
): Promise<[name: string, value: string][]> {
  await exchange(transport, `${origin.url}/`, more);
  const raw = origin.requests.at(-1)?.rawHeaders ?? [];
  const pairs: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!.toLowerCase(), raw[i + 1]!]);
  return pairs;
}

/** The headers of a request: the caller's, and what the wire needs. */
export function testHeaders({ expect, can, on }: TransportBench): void {
  const nothingIsAdded = async (
    stand: TransportStand,
    bare: boolean | undefined,
  ): Promise<void> => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const names = async (body: Attempt['body'], method = 'PUT'): Promise<string[]> =>
      (await sent(transport, origin, { method, body, bare }))
        .map(([name]) => name)
        .filter((name) => name !== 'connection')
        .sort();
    for (const body of [undefined, 'text', Readable.from([Buffer.from('stream')])]) {
      const framing = body instanceof Readable ? 'transfer-encoding' : 'content-length';
      expect(await names(body)).toEqual([framing, 'host'].sort());
    }
    expect(await names(undefined, 'GET')).toEqual(['host']);
  };

  on('nothing is added to the headers but Host, Connection and the framing of the body', (stand) =>
    nothingIsAdded(stand, undefined),
  );

  on('whatever else a transport adds stays away from a request that is bare', (stand) =>
    nothingIsAdded(stand, true),
  );

  on('Host is the authority of the origin, unless the request names another', async (stand) => {
    const origin = await stand.origin();
    const transport = await stand.transport();
    const host = async (headers: string[]): Promise<string[]> =>
      (await sent(transport, origin, { headers }))
        .filter(([name]) => name === 'host')
        .map(([, value]) => value);
    expect(await host([])).toEqual([`127.0.0.1:${origin.port}`]);
    expect(await host(['host', 'bucket.example'])).toEqual(['bucket.example']);
  });

  on(
    'a stream of unknown length goes chunked, one of known length with its length',
    async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport();
      const framing = async (headers: string[]): Promise<string[]> => {
        const body = Readable.from([Buffer.alloc(3_000), Buffer.alloc(2_000)]);
        return (await sent(transport, origin, { method: 'PUT', body, headers }))
          .map((pair) => pair.join(': '))
          .filter((line) => /^(content-length|transfer-encoding)/.test(line));
      };
      expect(await framing([])).toEqual(['transfer-encoding: chunked']);
      expect(await framing(['Content-Length', '5000'])).toEqual(['content-length: 5000']);
    },
  );

  on('a header that a request has twice arrives twice or joined', async (stand) => {
    const origin = await stand.origin();
    const headers = ['X-A', '1', 'X-B', 'b', 'X-A', '2'];
    const pairs = await sent(await stand.transport(), origin, { headers });
    const values = pairs.filter(([name]) => name === 'x-a').map(([, value]) => value);
    expect(values.join(', ')).toBe('1, 2');
  });

  on(
    'Proxy-Authorization among the headers of a request is refused, with a pointer to httpProxy.credentials',
    async (stand) => {
      const origin = await stand.origin();
      const transport = await stand.transport();
      const via = can.proxies ? serverAt(await stand.proxy()) : undefined;
      for (const way of [undefined, via]) {
        const error = await failureOf(transport, `${origin.url}/`, {
          via: way,
          headers: ['proxy-authorization', 'Basic x'],
        });
        expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers' });
        expect(error['hint']).toMatch(/httpProxy\.credentials/);
      }
      expect(origin.requests.length).toBe(0);
    },
  );
}
