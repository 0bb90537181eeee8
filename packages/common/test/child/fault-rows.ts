/** Faults, and what a call into each comes to. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseConnection, CallOptions, ConnectionOptions, Timeouts } from '@sdk/common';
import { scripts, startProxy, type ConnectionScript } from '@sdk/testing';
import { SHORT_MS, type Stand } from './fault-stand.js';

export interface FaultRow {
  readonly fault: string;
  /** As `outcome` says it. */
  readonly ends: string;
  play(stand: Stand): Promise<unknown>;
}

const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';
const get = { method: 'GET', path: '/' };

/** A call through a proxy that plays a script. */
function proxy(
  fault: string,
  script: ConnectionScript,
  ends: string,
  timeouts?: CallOptions['timeouts'],
  scheme = 'http:',
): FaultRow {
  const play = async (stand: Stand): Promise<unknown> => {
    const httpProxy = (await stand.scripted(script)).replace('http:', scheme);
    return (await stand.connect('https://origin.test', { httpProxy })).request(get, { timeouts });
  };
  return { fault: `a proxy that ${fault}`, ends, play };
}

/** A call to an origin in a tunnel of a proxy that is well. */
async function tunnelled(stand: Stand, options?: Partial<ConnectionOptions>) {
  const { url: httpProxy } = stand.keep(await startProxy());
  return stand.connect(await stand.origin(true), { httpProxy, ...options });
}

const firstPiece = async (api: Parameters<ConnectionScript>[1]): Promise<void> => {
  await api.head();
  await new Promise<void>((resolve) => api.onBytes(() => resolve()));
};
const babble: ConnectionScript = (socket) => socket.end('SSH-2.0-notaproxy\r\n');
const reset: ConnectionScript = async (_socket, api) => (await api.head(), api.reset());
const resetOnceOpen: ConnectionScript = async (socket, api) => {
  await api.head();
  api.onBytes(() => api.reset());
  socket.write(OPEN);
};
const resetUpload: ConnectionScript = async (_socket, api) => (await firstPiece(api), api.reset());
const refuseUpload: ConnectionScript = async (socket, api) => {
  await firstPiece(api);
  socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
};

/** A body without an end, or one that fails itself after a few pieces. */
function source(pieces = Infinity): Readable {
  let given = 0;
  return new Readable({
    read() {
      given += 1;
      if (given > pieces) this.destroy(new Error('the source failed'));
      else setImmediate(() => this.push(Buffer.alloc(64 * 1024)));
    },
  });
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(64 * 1024);
  await sleep(5);
  throw new Error('the generator failed');
}

/** An upload, in a tunnel or not, to who plays a script; without one, to who takes all. */
function upload(
  fault: string,
  script: ConnectionScript | undefined,
  body: () => Readable,
  ends: string,
): readonly FaultRow[] {
  return [false, true].map((proxied) => ({
    fault: `${fault}, ${proxied ? 'in a tunnel' : 'directly'}`,
    ends,
    play: async (stand) => {
      const origin = script ? await stand.scripted(script) : await stand.origin();
      const { url } = stand.keep(await startProxy());
      const httpProxy = proxied ? ({ url, tunnel: 'always' } as const) : false;
      const connection = await stand.connect(origin, { httpProxy });
      return connection.request({ method: 'PUT', path: '/', body: body() });
    },
  }));
}

type Read = (stream: Promise<Readable>) => Promise<unknown>;

const READINGS: readonly (readonly [how: string, read: Read, fails: boolean])[] = [
  ['read at once', async (stream) => buffer(await stream), true],
  [
    'read too late',
    async (stream) => {
      const body = await stream;
      await sleep(3 * SHORT_MS);
      return buffer(body);
    },
    true,
  ],
  ['read by nobody', async (stream) => void (await stream, await sleep(3 * SHORT_MS)), false],
];

/** A body that breaks within it. */
function broken(path: string, ends: string, timeouts: Partial<Timeouts> = {}): readonly FaultRow[] {
  const connect = async (stand: Stand, proxied: boolean): Promise<BaseConnection> => {
    const { url } = stand.keep(await startProxy());
    const httpProxy = proxied ? ({ url, tunnel: 'always' } as const) : false;
    return stand.connect(await stand.origin(), { httpProxy });
  };
  const stream = async (stand: Stand, proxied: boolean): Promise<Readable> => {
    const spec = { ...get, path, expect: 'stream' } as const;
    return (await (await connect(stand, proxied)).request<Readable>(spec, { timeouts })).body;
  };
  return [false, true].flatMap((proxied) => {
    const where = `${path}, ${proxied ? 'in a tunnel' : 'directly'}`;
    return [
      {
        fault: `${where}, whole`,
        ends,
        play: async (stand) =>
          (await connect(stand, proxied)).request({ ...get, path, expect: 'text' }, { timeouts }),
      },
      // What nobody reads in time is warned of, as it should be.
      ...READINGS.slice(0, timeouts.idleMs === undefined ? undefined : 1).map(
        ([how, read, fails]): FaultRow => ({
          fault: `${where}, ${how}`,
          ends: fails ? ends : 'done',
          play: (stand) => read(stream(stand, proxied)),
        }),
      ),
    ];
  });
}

export const FAULTS: readonly FaultRow[] = [
  {
    fault: 'a proxy that refuses connections',
    ends: 'SDK_PROXY connect',
    play: async (stand) => {
      const httpProxy = await stand.nobody();
      return (await stand.connect('https://origin.test', { httpProxy })).request(get);
    },
  },
  {
    fault: 'a list of proxies that all fail',
    ends: 'SDK_PROXY tunnel',
    play: async (stand) => {
      const httpProxy = [
        await stand.nobody(),
        await stand.scripted(reset),
        await stand.scripted(scripts.closeEarly()),
      ];
      return (await stand.connect('https://origin.test', { httpProxy })).request(get);
    },
  },
  proxy('is silent before CONNECT', scripts.silent, 'SDK_TIMEOUT proxy', { proxyMs: SHORT_MS }),
  proxy('falls silent in its answer', scripts.answer(OPEN.slice(0, -2)), 'SDK_TIMEOUT proxy', {
    proxyMs: SHORT_MS,
  }),
  proxy('is silent after CONNECT', scripts.answer(OPEN), 'SDK_TIMEOUT connect', {
    connectMs: SHORT_MS,
  }),
  proxy('closes at once', scripts.closeEarly('at-once'), 'SDK_PROXY tunnel'),
  proxy('closes when it is asked', scripts.closeEarly(), 'SDK_PROXY tunnel'),
  proxy('closes in its answer', scripts.answer(OPEN.slice(0, 20), 'end'), 'SDK_PROXY tunnel'),
  proxy('resets when it is asked', reset, 'SDK_PROXY tunnel'),
  proxy('resets in its answer', scripts.answer(OPEN.slice(0, 20), 'reset'), 'SDK_PROXY tunnel'),
  proxy('opens a tunnel and closes it', scripts.answer(OPEN, 'end'), 'SDK_CONNECTION'),
  proxy('opens a tunnel and resets it', resetOnceOpen, 'SDK_CONNECTION'),
  proxy('answers garbage', scripts.garbage, 'SDK_PROXY tunnel'),
  proxy('answers without an end', scripts.endlessHeader(), 'SDK_PROXY tunnel'),
  proxy('refuses the target', scripts.refuse(502, { body: 'no' }), 'SDK_PROXY tunnel'),
  proxy('wants credentials', scripts.refuse(407), 'SDK_PROXY auth'),
  proxy('speaks no TLS', scripts.silent, 'SDK_TIMEOUT proxy', { proxyMs: SHORT_MS }, 'https:'),
  proxy('answers garbage to TLS', babble, 'SDK_PROXY tls', undefined, 'https:'),
  proxy(
    'is silent as SOCKS',
    scripts.silent,
    'SDK_TIMEOUT proxy',
    { proxyMs: SHORT_MS },
    'socks5h:',
  ),
  proxy(
    'closes as SOCKS',
    scripts.closeEarly('at-once'),
    'SDK_PROXY tunnel',
    undefined,
    'socks5h:',
  ),
  {
    fault: 'an origin that nobody vouches for, in a tunnel',
    ends: 'SDK_TLS',
    play: async (stand) => (await tunnelled(stand, { tls: {} })).request(get),
  },
  {
    fault: 'an origin that is silent, in a tunnel',
    ends: 'SDK_TIMEOUT headers',
    play: async (stand) => {
      const connection = await tunnelled(stand);
      return connection.request({ ...get, path: '/hang' }, { timeouts: { headersMs: SHORT_MS } });
    },
  },
  ...broken('/reset', 'SDK_CONNECTION'),
  ...broken('/truncated', 'SDK_CONNECTION'),
  ...broken('/stall', 'SDK_TIMEOUT idle', { idleMs: SHORT_MS }),
  ...upload('an upload that is reset', resetUpload, source, 'SDK_CONNECTION'),
  ...upload('an upload that is refused halfway', refuseUpload, source, 'SDK_RESPONSE'),
  ...upload('an upload whose source fails', undefined, () => source(3), 'Error: the source failed'),
  ...upload(
    'an upload whose generator fails',
    undefined,
    () => Readable.from(failing()),
    'Error: the generator failed',
  ),
];
