/** HTTP proxies that misbehave, in clear and under TLS. Nothing has reached the origin, whatever they do. */
import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@sdk/common';
import {
  scripts,
  startOrigin,
  startRelay,
  startScriptedProxy,
  type ConnectionScript,
} from '@sdk/testing';
import { keep } from '../connection/stand.js';
import {
  ca,
  ENGINES,
  meet,
  mendable,
  POST,
  SHORT_MS,
  TOTAL_MS,
  together,
  type Place,
} from './stand.js';

interface Fault {
  readonly fault: string;
  readonly script: ConnectionScript;
  readonly timeouts?: CallOptions['timeouts'];
  readonly says: Readonly<Record<string, unknown>>;
  /** How often it is asked: for a GET and for a POST, since nothing was sent of either. */
  readonly asked: 1 | 3;
}

const failed = (phase: string, retryable: boolean): Pick<Fault, 'says' | 'asked'> => ({
  says: { code: 'SDK_PROXY', phase, requestSent: 'no', retryable },
  asked: retryable ? 3 : 1,
});
const silent = (
  phase: 'proxy' | 'connect',
  retryable: boolean,
): Pick<Fault, 'says' | 'asked' | 'timeouts'> => ({
  says: { code: 'SDK_TIMEOUT', phase, timeoutMs: SHORT_MS, requestSent: 'no', retryable },
  asked: retryable ? 3 : 1,
  timeouts: { [`${phase}Ms`]: SHORT_MS },
});
const originAtFault = (
  says: Readonly<Record<string, unknown>>,
  asked: 1 | 3,
): Pick<Fault, 'says' | 'asked'> => ({ says: { requestSent: 'no', ...says }, asked });

const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';
const ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

const reset: ConnectionScript = async (_socket, api) => {
  await api.head();
  api.reset();
};
const resetOnceOpen: ConnectionScript = async (socket, api) => {
  await api.head();
  api.onBytes(() => api.reset());
  socket.write(OPEN);
};
const drip: ConnectionScript = async (socket, api) => {
  socket.on('end', () => socket.end());
  await api.head();
  socket.write('HTTP/1.1 200 OK\r\nX-Long: ');
  while (!socket.destroyed) {
    await sleep(20);
    socket.write('x');
  }
};

const FAULTS: readonly Fault[] = [
  {
    fault: 'closes before it is asked',
    script: scripts.closeEarly('at-once'),
    ...failed('tunnel', true),
  },
  { fault: 'closes when it is asked', script: scripts.closeEarly(), ...failed('tunnel', true) },
  { fault: 'resets when it is asked', script: reset, ...failed('tunnel', true) },
  { fault: 'never answers', script: scripts.silent, ...silent('proxy', false) },
  {
    fault: 'falls silent within its answer',
    script: scripts.answer(OPEN.slice(0, -2)),
    ...silent('proxy', false),
  },
  { fault: 'drips an answer without an end', script: drip, ...silent('proxy', false) },
  { fault: 'answers garbage', script: scripts.garbage, ...failed('tunnel', false) },
  { fault: 'answers with a TLS alert', script: scripts.tlsInClear, ...failed('tunnel', false) },
  {
    fault: 'answers as a SOCKS 5 server',
    script: scripts.answer('\x05\xff'),
    ...failed('tunnel', false),
  },
  ...['101', '099', '000'].map((status) => ({
    fault: `answers ${status}, after which no answer to CONNECT can follow`,
    script: scripts.answer(`HTTP/1.1 ${status} Odd\r\n\r\n`),
    ...failed('tunnel', false),
  })),
  {
    fault: 'answers with a header of 1 MiB',
    script: scripts.endlessHeader(),
    ...failed('tunnel', false),
  },
  { fault: 'has had enough', script: scripts.refuse(429), ...failed('tunnel', true) },
  { fault: 'forbids the target', script: scripts.refuse(403), ...failed('tunnel', false) },
  { fault: 'cannot reach the target', script: scripts.refuse(502), ...failed('tunnel', true) },
  { fault: 'wants credentials', script: scripts.refuse(407), ...failed('auth', false) },
  {
    fault: 'opens a tunnel and falls silent',
    script: scripts.answer(OPEN),
    ...silent('connect', true),
  },
  {
    fault: 'opens a tunnel and closes it',
    script: scripts.answer(OPEN, 'end'),
    ...originAtFault({ code: 'SDK_CONNECTION', reason: 'ECONNRESET', retryable: true }, 3),
  },
  {
    fault: 'opens a tunnel and resets it',
    script: resetOnceOpen,
    ...originAtFault({ code: 'SDK_CONNECTION', reason: 'ECONNRESET', retryable: true }, 3),
  },
  {
    fault: 'opens a tunnel to somebody who speaks in clear',
    script: scripts.answer(`${OPEN}HTTP/1.1 400 Bad Request\r\n\r\n`),
    ...originAtFault(
      { code: 'SDK_TLS', retryable: false, hint: expect.stringContaining('plain HTTP') },
      1,
    ),
  },
  {
    fault: 'glues an alert of TLS to its answer',
    script: scripts.answer(Buffer.concat([Buffer.from(OPEN), ALERT])),
    ...originAtFault({ code: 'SDK_TLS', retryable: false }, 1),
  },
];

const DOORS = ['http:', 'https:'] as const;
type Door = (typeof DOORS)[number];

/** The fault in front of a good origin, until it is mended: then the proxy is a good one, too. */
async function at(fault: ConnectionScript, door: Door): Promise<ProxyPlace> {
  const authority = await ca();
  const trust = { ca: authority.cert };
  const { script, heal } = mendable(fault, scripts.tunnel());
  const proxy = keep(
    await startScriptedProxy(script, door === 'https:' ? { tls: await authority.issue() } : {}),
  );
  const origin = keep(
    await startOrigin({
      tls: await authority.issue(),
      handler: (_request, response) => response.end('well'),
    }),
  );
  return {
    proxy: proxy.url,
    options: {
      endpoint: origin.url,
      tls: trust,
      httpProxy: door === 'https:' ? { url: proxy.url, tls: trust } : proxy.url,
    },
    servers: [proxy, origin],
    arrived: () => proxy.connections.length,
    heal,
  };
}

interface ProxyPlace extends Place {
  readonly proxy: string;
}

describe.each(ENGINES)('$engine, through a proxy', (engine) => {
  test.each(FAULTS)('that $fault', async ({ script, timeouts, says, asked }) => {
    const through = async (door: Door, spec: typeof POST): Promise<void> => {
      const place = await at(script, door);
      const met = await meet(engine, place, { timeouts, ...spec });
      const seen = { door, ...spec, asked: place.arrived() - 1, tries: met.tries };
      expect({ door, ...met.facts }).toMatchObject(says);
      expect(met.error.decision?.proxy).toBe(place.proxy);
      expect(seen).toEqual({ door, ...spec, asked, tries: asked });
    };
    await together(DOORS.flatMap((door) => [through(door, {}), through(door, POST)]));
  });

  test.each(FAULTS.filter(({ timeouts }) => timeouts !== undefined))(
    'that $fault, within the total that the call has',
    async ({ script }) => {
      const through = async (door: Door): Promise<void> => {
        const place = await at(script, door);
        const { facts, tries } = await meet(engine, place, { timeouts: { totalMs: TOTAL_MS } });
        expect({ door, tries, ...facts }).toMatchObject({
          door,
          tries: 1,
          code: 'SDK_TIMEOUT',
          phase: 'total',
          timeoutMs: TOTAL_MS,
          requestSent: 'no',
          retryable: false,
        });
      };
      await together(DOORS.map(through));
    },
  );

  test.each(['https://origin.test', 'http://origin.test'])(
    'that nobody runs, on the way to %s, a POST is tried as often as a GET: nothing was sent',
    async (endpoint) => {
      for (const door of ['http:', 'https:', 'socks5h:'] as const) {
        // A port that was somebody's a moment ago: it refuses what comes.
        const gone = await startRelay(0);
        await gone.close();
        for (const spec of [{}, POST]) {
          const httpProxy = `${door}//${gone.authority}`;
          const place: Place = { options: { endpoint, httpProxy }, servers: [], arrived: () => 0 };
          const { facts, tries } = await meet(engine, place, spec);
          expect({ ...spec, tries, ...facts }).toMatchObject({
            ...spec,
            tries: 3,
            code: 'SDK_PROXY',
            phase: 'connect',
            proxy: httpProxy,
            requestSent: 'no',
            retryable: true,
            cause: { code: 'ECONNREFUSED' },
          });
        }
      }
    },
  );

  test.each(['https://origin.test', 'http://origin.test'])(
    'that never shakes hands in TLS, on the way to %s, the time of the proxy ends the wait',
    async (endpoint) => {
      const through = async (spec: typeof POST): Promise<void> => {
        const proxy = keep(await startScriptedProxy(scripts.silent));
        const place: Place = {
          options: { endpoint, httpProxy: proxy.url.replace('http:', 'https:') },
          servers: [proxy],
          arrived: () => proxy.connections.length,
        };
        const timeouts = { proxyMs: SHORT_MS };
        const { facts, tries } = await meet(engine, place, { timeouts, ...spec });
        expect({ ...spec, asked: place.arrived(), tries, ...facts }).toMatchObject({
          ...spec,
          asked: 1,
          tries: 1,
          ...silent('proxy', false).says,
        });
        // It was a hello of TLS that it did not answer, and nothing else came behind it.
        expect(proxy.connections[0]?.received[0]).toBe(0x16);
        expect(proxy.connections[0]?.received.toString('latin1')).not.toContain('payload');
      };
      await together([through({}), through(POST)]);
    },
  );
});
