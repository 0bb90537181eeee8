/**
 * TLS may break off behind any byte: of the server's handshake, of the tickets behind it, and of the answer. Whoever breaks
 * it off says no goodbye, as a machine between the two that goes down.
 */
import { constants } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  startRelay,
  startScriptedProxy,
  type ConnectionScript,
  type IssuedCertificate,
  type RelayCut,
} from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { each, placesIn, recordsOf, within } from './cut-places.js';
import { causeOf, HOW } from './cut-script.js';
import { allClosed, ca, ENGINES, meet, over, POST, type Engine, type Place } from './stand.js';

const WHOLE = 'hello, world';
/** Of an answer, the pieces that are each a record of their own: the head, and the body in halves. */
const PIECES = ['HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n', WHOLE.slice(0, 6), WHOLE.slice(6)];
const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';
/** A record is broken off every so many bytes, besides its edges. */
const STEP = 128;

interface Peer {
  /** Who speaks TLS to us. */
  readonly peer: string;
  readonly tunnel?: true;
  options(url: string, authority: string): Place['options'];
  /** What a handshake that breaks off says; left out where another row has it. */
  readonly handshake?: object;
}

const PEERS: readonly Peer[] = [
  {
    peer: 'an https: origin',
    options: (url, authority) => ({ endpoint: url, httpProxy: false, tls: { ca: authority } }),
    handshake: { code: 'SDK_CONNECTION', reason: 'ECONNRESET' },
  },
  {
    peer: 'an https: proxy in absolute-form',
    options: (url, authority) => ({
      endpoint: 'http://origin.test',
      httpProxy: { url, tls: { ca: authority } },
    }),
    handshake: { code: 'SDK_PROXY', phase: 'tls' },
  },
  {
    peer: 'an https: proxy with a tunnel',
    tunnel: true,
    options: (url, authority) => ({
      endpoint: 'http://origin.test',
      httpProxy: { url, tls: { ca: authority }, tunnel: 'always' },
    }),
  },
];

/** Answers the request, behind a CONNECT where one comes first, piece by piece. */
const answering: ConnectionScript = async (socket, api) => {
  socket.on('end', () => socket.end());
  const { method } = await api.head();
  if (method === 'CONNECT') {
    socket.write(OPEN);
    await new Promise<void>((resolve) => api.onBytes(() => resolve()));
  }
  for (const piece of PIECES) await new Promise((resolve) => socket.write(piece, resolve));
};

let certificate: IssuedCertificate & { readonly secureOptions: number };
beforeAll(async () => {
  // Tickets that the server itself forgets: each handshake is a whole one, and has the same records.
  certificate = { ...(await (await ca()).issue()), secureOptions: constants.SSL_OP_NO_TICKET };
});

async function setUp({ options }: Peer, cut?: RelayCut) {
  const server = keep(await startScriptedProxy(answering, { tls: certificate }));
  const relay = keep(await startRelay(server.port, cut));
  const place: Place = {
    options: options(`https://${relay.authority}`, (await ca()).cert),
    servers: [server, relay],
    arrived: () => relay.connections.length,
  };
  const posts = (): number => {
    const received = server.connections.map((connection) => connection.received.toString('latin1'));
    return received.join('').split('POST ').length - 1;
  };
  return { relay, place, posts };
}

/** A GET, whose body has to be whole. */
async function get(engine: Engine, { options, servers }: Place): Promise<void> {
  const transport = keep(engine.open());
  const connection = over({ ...engine, open: () => transport }, options);
  const { body } = await connection.request({ method: 'GET', path: '/thing', expect: 'text' });
  expect(body).toBe(WHOLE);
  await transport.close();
  await allClosed(servers);
}

/** A place in an answer, and how far the answer is there. */
interface Spot {
  readonly record: number;
  readonly bytes: number;
  readonly stage: 'handshake' | 'tunnel' | 'sent' | 'answered';
}

/** The places to break off at, learned from a connection that is left alone. */
async function spotsOf(engine: Engine, peer: Peer): Promise<Spot[]> {
  const { relay, place } = await setUp(peer);
  await get(engine, place);
  const { pieces, flight } = relay.connections[0]!;
  const answer = Buffer.concat(pieces);
  const lengths = recordsOf(answer);
  const secure = recordsOf(answer.subarray(0, flight)).length;
  const open = peer.tunnel ? lengths.length - PIECES.length : secure;
  const body = lengths.length - PIECES.length + 1;
  // ServerHello, the change of ciphers, and at least one that is encrypted; and behind the handshake what we wrote.
  expect(secure).toBeGreaterThanOrEqual(3);
  expect(body).toBeGreaterThan(secure);
  expect(lengths.slice(body - 1)).toEqual(PIECES.map(({ length }) => length + 22));
  return lengths.flatMap((length, record) =>
    placesIn(length, STEP).map((bytes) => ({
      record,
      bytes,
      stage:
        record < secure
          ? 'handshake'
          : record < open
            ? 'tunnel'
            : record < body
              ? 'sent'
              : 'answered',
    })),
  );
}

const saysAt = ({ handshake }: Peer, stage: Spot['stage']): object =>
  ({
    handshake: { tries: 3, requestSent: 'no', ...handshake },
    tunnel: { tries: 3, requestSent: 'no', code: 'SDK_PROXY', phase: 'tunnel' },
    sent: { tries: 1, requestSent: 'maybe', code: 'SDK_CONNECTION', reason: 'ECONNRESET' },
    answered: { tries: 1, requestSent: 'yes', code: 'SDK_CONNECTION', reason: 'ECONNRESET' },
  })[stage];

const rows = PEERS.flatMap((peer) => HOW.map((how) => ({ ...peer, how })));

describe.each(ENGINES)('$engine', (engine) => {
  test.each(rows)(
    'by $how anywhere in the TLS of $peer, a POST is done once at most, and says how far it came',
    async ({ how, ...peer }) => {
      const all = await spotsOf(engine, peer);
      const spots = all.filter(({ stage }) => peer.handshake || stage !== 'handshake');
      await each(spots, async (spot) => {
        const { relay, place, posts } = await setUp(peer, {
          at: within(spot.record, spot.bytes),
          by: how,
        });
        const { error, facts, tries } = await meet(engine, place, POST);
        const says = { ...spot, ...saysAt(peer, spot.stage), ...causeOf(how) };
        const seen = { ...spot, tries, cause: error.cause, ...facts };
        expect(seen).toMatchObject({ ...says, retryable: true });
        expect(place.arrived()).toBe(tries);
        expect(relay.cuts()).toBe(tries);
        if (spot.stage === 'handshake' || spot.stage === 'tunnel') expect(posts()).toBe(0);
        else if (spot.stage === 'answered') expect(posts()).toBe(1);
        else expect(posts()).toBeLessThanOrEqual(1);
      });
    },
  );

  test.each(rows)(
    'by $how between any records behind the handshake of $peer, and within them, a GET is asked again, and its body arrives whole',
    async ({ how, ...peer }) => {
      const all = await spotsOf(engine, peer);
      const spots = all.filter(({ stage, bytes }) => stage !== 'handshake' && bytes <= 0);
      await each(spots, async ({ record, bytes }) => {
        const { relay, place } = await setUp(peer, {
          at: within(record, bytes),
          by: how,
          times: 1,
        });
        await get(engine, place);
        expect(relay.connections).toHaveLength(2);
      });
    },
  );
});
