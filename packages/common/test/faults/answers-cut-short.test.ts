/** A proxy, of HTTP or SOCKS, may break off behind any byte of its answer: the tunnel never stands by mistake. */
import { describe, expect, test } from '@jest/globals';
import { scripts, startScriptedProxy, startSocks, type ConnectionScript } from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { ENGINES, meet, POST, type Place } from './stand.js';

const ANSWER = 'HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy.test\r\n\r\n';
/** Of SOCKS 5 without credentials: 2 bytes of the method, 10 of the reply with an IPv4 address. */
const SOCKS_ANSWER_BYTES = 12;

const through = (httpProxy: string, server: Place['servers'][number] & Arrivals): Place => ({
  options: { endpoint: 'https://origin.test', httpProxy },
  servers: [server],
  arrived: () => server.count(),
});

interface Arrivals {
  count(): number;
}

/** Writes the first bytes of an answer, and breaks off. */
function cut(bytes: number, how: 'end' | 'reset'): ConnectionScript {
  return async (socket, api) => {
    await api.head();
    const first = ANSWER.slice(0, bytes);
    const breakOff = (): void => (how === 'end' ? void socket.end() : api.reset());
    if (first === '') breakOff();
    else socket.write(first, breakOff);
  };
}

/** Plays each number of bytes below `end`, a few at a time. */
async function eachCut(end: number, play: (bytes: number) => Promise<void>): Promise<void> {
  const left = Array.from({ length: end }, (_, bytes) => bytes);
  while (left.length > 0) await Promise.all(left.splice(0, 8).map(play));
}

describe.each(ENGINES)('$engine', (engine) => {
  test.each(['end', 'reset'] as const)(
    'by %s behind each byte of an answer to CONNECT, nothing is sent, and each attempt is one connection',
    async (how) => {
      await eachCut(ANSWER.length, async (bytes) => {
        const proxy = keep(await startScriptedProxy(cut(bytes, how)));
        const server = { openSockets: proxy.openSockets, count: () => proxy.connections.length };
        const { facts, tries } = await meet(engine, through(proxy.url, server), POST);
        expect({ bytes, tries, asked: server.count(), ...facts }).toMatchObject({
          bytes,
          tries: 3,
          asked: 3,
          code: 'SDK_PROXY',
          phase: 'tunnel',
          requestSent: 'no',
          retryable: true,
        });
        for (const { received } of proxy.connections) {
          expect(received.toString('latin1')).toMatch(/^CONNECT origin\.test:443 [^]*?\r\n\r\n$/);
        }
      });
    },
  );

  test('behind each byte of a SOCKS answer, nothing is sent, and each attempt is one connection', async () => {
    await eachCut(SOCKS_ANSWER_BYTES, async (bytes) => {
      const socks = keep(await startSocks({ closeAfterBytes: bytes, reply: () => 0 }));
      const server = { openSockets: socks.openSockets, count: () => socks.connections };
      const place = through(`socks5h://${socks.authority}`, server);
      const { facts, tries } = await meet(engine, place, POST);
      expect({ bytes, tries, asked: server.count(), ...facts }).toMatchObject({
        bytes,
        tries: 3,
        asked: 3,
        code: 'SDK_PROXY',
        phase: 'tunnel',
        requestSent: 'no',
        retryable: true,
      });
    });
  });

  test('an answer to CONNECT in a million pieces of a header is given up at its limit', async () => {
    const proxy = keep(await startScriptedProxy(scripts.endlessHeader(8 * 1024 * 1024)));
    const server = { openSockets: proxy.openSockets, count: () => proxy.connections.length };
    const { facts } = await meet(engine, through(proxy.url, server));
    expect(facts).toMatchObject({ code: 'SDK_PROXY', phase: 'tunnel', retryable: false });
  });
});
