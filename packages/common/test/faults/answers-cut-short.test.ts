/** A proxy, of HTTP or SOCKS, may break off behind any byte of its answer: the tunnel never stands by mistake. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { scripts, startRelay, startScriptedProxy, startSocks } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { behind, below, each } from './cut-places.js';
import { causeOf, cutBehind, HOW } from './cut-script.js';
import { ca, ENGINES, meet, POST, type Place } from './stand.js';

const ANSWER = 'HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy.test\r\n\r\n';

/** Of these dialects, how many bytes a server says before the tunnel stands. */
const SOCKS = [
  { dialect: 'SOCKS 5', scheme: 'socks5h', bytes: 2 + 10 },
  {
    dialect: 'SOCKS 5 with credentials',
    scheme: 'socks5h',
    credentials: { username: 'ada', password: 'p' },
    bytes: 2 + 2 + 10,
  },
  { dialect: 'SOCKS 4a', scheme: 'socks4a', bytes: 8 },
] as const;

const NOTHING_SENT = {
  tries: 3,
  asked: 3,
  code: 'SDK_PROXY',
  phase: 'tunnel',
  requestSent: 'no',
  retryable: true,
};

const ways = ['http:', 'https:'].flatMap((scheme) => HOW.map((how) => ({ scheme, how })));

describe.each(ENGINES)('$engine', (engine) => {
  test.each(ways)(
    'by $how behind each byte of the answer of an $scheme proxy to CONNECT, nothing is sent, and each attempt is one connection',
    async ({ scheme, how }) => {
      const authority = await ca();
      const tls = scheme === 'https:' ? await authority.issue() : undefined;
      await each(below(ANSWER.length), async (bytes) => {
        const proxy = keep(await startScriptedProxy(cutBehind(ANSWER, bytes, how), { tls }));
        const place: Place = {
          options: {
            endpoint: 'https://origin.test',
            httpProxy: tls ? { url: proxy.url, tls: { ca: authority.cert } } : proxy.url,
          },
          servers: [proxy],
          arrived: () => proxy.connections.length,
        };
        const { error, facts, tries } = await meet(engine, place, POST);
        const seen = { bytes, tries, asked: place.arrived(), cause: error.cause, ...facts };
        expect(seen).toMatchObject({ bytes, ...NOTHING_SENT, ...causeOf(how) });
        for (const { received } of proxy.connections) {
          expect(received.toString('latin1')).toMatch(/^CONNECT origin\.test:443 [^]*?\r\n\r\n$/);
        }
      });
    },
  );

  const dialects = SOCKS.flatMap((socks) => HOW.map((how) => ({ ...socks, how })));
  test.each(dialects)(
    'by $how behind each byte of an answer of $dialect, nothing is sent, and each attempt is one connection',
    async ({ scheme, bytes: end, how, ...socks }) => {
      const credentials = 'credentials' in socks ? socks.credentials : undefined;
      await each(below(end), async (bytes) => {
        const server = keep(await startSocks({ credentials }));
        const arrived = keep(await startScriptedProxy(scripts.silent));
        const relay = keep(await startRelay(server.port, { at: behind(bytes), by: how }));
        const place: Place = {
          options: {
            endpoint: arrived.url,
            httpProxy: {
              url: `${scheme}://${relay.authority}`,
              ...(credentials && { credentials }),
            },
          },
          servers: [relay, server],
          arrived: () => server.connections,
        };
        const { error, facts, tries } = await meet(engine, place, POST);
        const seen = { bytes, tries, asked: place.arrived(), cause: error.cause, ...facts };
        expect(seen).toMatchObject({ bytes, ...NOTHING_SENT, ...causeOf(how) });
        expect(relay.cuts()).toBe(3);
        expect(arrived.connections.map(({ receivedBytes }) => receivedBytes).join()).toMatch(
          /^[0,]*$/,
        );
      });
    },
  );

  test('an answer to CONNECT whose header comes in pieces of 16 bytes is given up at its limit of 64 KiB', async () => {
    const limit = 64 * 1024;
    let written = 0;
    const proxy = keep(
      await startScriptedProxy(async (socket, api) => {
        socket.on('end', () => socket.end());
        await api.head();
        socket.setNoDelay(true);
        const write = (text: string): void => {
          written += text.length;
          socket.write(text);
        };
        write('HTTP/1.1 200 Connection established\r\nX-Long: ');
        // Each in a packet of its own: the client turns in the same circle.
        while (!socket.closed && written < 2 * limit) {
          write('x'.repeat(16));
          await turn();
        }
      }),
    );
    const place: Place = {
      options: { endpoint: 'https://origin.test', httpProxy: proxy.url },
      servers: [proxy],
      arrived: () => proxy.connections.length,
    };
    const { facts, tries } = await meet(engine, place);
    expect(facts).toMatchObject({ code: 'SDK_PROXY', phase: 'tunnel', retryable: false });
    expect({ tries, asked: place.arrived() }).toEqual({ tries: 1, asked: 1 });
    expect(written).toBeGreaterThan(limit);
    expect(written).toBeLessThan(limit + 1024);
  });
});
