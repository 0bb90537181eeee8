/** The phases of a call in which it can be ended: each stays in its phase until somebody ends it. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions, ConnectionOptions, RequestSpec } from '@sdk/common';
import { scripts, startOrigin, startProxy, startScriptedProxy } from '@sdk/testing';
import type { ConnectionScript } from '@sdk/testing';
import type { Stand } from './fault-stand.js';

/** A call that is on its way to its phase. */
export interface Pending {
  readonly call: Promise<unknown>;
  /** Resolves when the call is in its phase. */
  readonly there: Promise<unknown>;
}

export interface PhaseRow {
  readonly phase: string;
  /** What `close()` makes of it. Default: `SDK_CONFIGURATION`, since the driver is used no longer. */
  readonly closes?: string | undefined;
  /** What a total that is too short makes of it. Default: `SDK_TIMEOUT total`. */
  readonly runsOut?: string | undefined;
  begin(stand: Stand, options: CallOptions): Promise<Pending>;
}

const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';
const get = { method: 'GET', path: '/' };
/** When an answer comes that nobody waits for any more. */
const LATE_MS = 1_000;
/** A phase is reached once somebody has noticed, and the other end shortly after. */
const settle = (): Promise<void> => sleep(20);

/** Waits at a proxy that plays a script, until it has been sent so many bytes. */
function atProxy(phase: string, script: ConnectionScript, bytes = 1): PhaseRow {
  return {
    phase,
    begin: async (stand, options) => {
      const proxy = stand.keep(await startScriptedProxy(script));
      const connection = await stand.connect('https://origin.test', { httpProxy: proxy.url });
      const arrived = (): boolean => (proxy.connections[0]?.receivedBytes ?? 0) >= bytes;
      return { call: connection.request(get, options), there: stand.until(arrived) };
    },
  };
}

interface Reading extends Pick<PhaseRow, 'closes'> {
  /** What the caller does with the answer. */
  readonly read?: (answer: Promise<unknown>) => Promise<unknown>;
}

/** Waits at an origin, directly or in a tunnel, once a request has arrived there. */
function atOrigin(
  phase: string,
  spec: RequestSpec,
  proxied: boolean,
  { read = (answer) => answer, closes }: Reading = {},
): PhaseRow {
  return {
    closes,
    phase: `${phase}, ${proxied ? 'in a tunnel' : 'directly'}`,
    begin: async (stand, options) => {
      const origin = stand.keep(await startOrigin());
      const { url } = stand.keep(await startProxy());
      const httpProxy = proxied ? ({ url, tunnel: 'always' } as const) : false;
      const connection = await stand.connect(origin.url, { httpProxy });
      const arrived = (): boolean => origin.requests.length > 0;
      const there = stand.until(arrived).then(() => sleep(60));
      return { call: read(connection.request(spec, options)), there };
    },
  };
}

/** Waits for something that its caller is slow to say. */
function slow(
  phase: string,
  httpProxy: (url: string, late: () => Promise<never>) => ConnectionOptions['httpProxy'],
): PhaseRow {
  return {
    phase,
    begin: async (stand, options) => {
      let asked = (): void => undefined;
      const there = new Promise<void>((resolve) => (asked = resolve));
      const late = async (): Promise<never> => {
        asked();
        await sleep(LATE_MS);
        throw new Error('too late');
      };
      const { url } = stand.keep(await startProxy());
      const connection = await stand.connect('https://origin.test', {
        httpProxy: httpProxy(url, late),
      });
      return { call: connection.request(get, options), there };
    },
  };
}

async function* endless(): AsyncGenerator<Buffer> {
  while (true) {
    await settle();
    yield Buffer.alloc(64 * 1024);
  }
}

const upload = (): RequestSpec => ({
  method: 'PUT',
  path: '/',
  body: () => Readable.from(endless()),
});
const stream: Reading = {
  read: async (answer) => buffer(((await answer) as { body: Readable }).body),
  closes: 'SDK_CONFIGURATION|SDK_CONNECTION',
};

export const PHASES: readonly PhaseRow[] = [
  slow('choosing a proxy', (_url, late) => late),
  slow('asking for its credentials', (url, credentials) => ({
    url,
    credentials,
  })),
  {
    phase: 'looking a name up',
    begin: async (stand, options) => {
      let asked = (): void => undefined;
      const there = new Promise<void>((resolve) => (asked = resolve));
      const transport = stand.transport({
        lookup: (_name, _options, found) => {
          asked();
          setTimeout(() => found(new Error('too late'), ''), LATE_MS);
        },
      });
      const connection = await stand.connect('http://origin.test', { transport });
      return { call: connection.request(get, options), there };
    },
  },
  atProxy('before CONNECT is answered', scripts.silent),
  atProxy('in the answer to CONNECT', scripts.answer(OPEN.slice(0, -2))),
  atProxy('in the handshake behind CONNECT', scripts.answer(OPEN), 300),
  atOrigin('before the headers', { ...get, path: '/hang' }, false),
  atOrigin('before the headers', { ...get, path: '/hang' }, true),
  atOrigin('in a body that is read whole', { ...get, path: '/stall', expect: 'text' }, false),
  atOrigin('in a body that is read whole', { ...get, path: '/stall', expect: 'text' }, true),
  atOrigin('in a stream', { ...get, path: '/stall', expect: 'stream' }, false, stream),
  atOrigin('in a stream', { ...get, path: '/stall', expect: 'stream' }, true, stream),
  atOrigin('in an upload', upload(), false),
  atOrigin('in an upload', upload(), true),
  {
    phase: 'in the queue for a socket',
    begin: async (stand, options) => {
      const origin = stand.keep(await startOrigin());
      const transport = stand.transport({ maxSockets: 1 });
      const connection = await stand.connect(origin.url, { transport });
      const first = connection.request({ ...get, path: '/hang' }, options);
      // On a busy machine it may end before it has arrived.
      const ended = first.catch(() => undefined);
      await Promise.race([ended, stand.until(() => origin.requests.length > 0)]);
      const second = connection.request(get, options);
      return { call: Promise.all([first, second]), there: settle() };
    },
  },
  {
    phase: 'in a pause before the next attempt',
    // A pause that is longer than what is left is not begun. On a busy machine it may not come so far.
    runsOut: 'SDK_SERVER|SDK_TIMEOUT total',
    begin: async (stand, options) => {
      const origin = stand.keep(
        await startOrigin({
          handler: (_request, response) => response.writeHead(503, { 'retry-after': '50' }).end(),
        }),
      );
      const connection = await stand.connect(origin.url);
      const arrived = (): boolean => origin.requests.length > 0;
      const there = stand.until(arrived).then(settle);
      return { call: connection.request(get, options), there };
    },
  },
  {
    phase: 'waiting for its turn',
    begin: async (stand, options) => {
      const origin = await stand.origin();
      const connection = await stand.connect(origin, { limits: { perSecond: 0.02, burst: 1 } });
      await connection.request(get);
      return { call: connection.request(get, options), there: settle() };
    },
  },
];
