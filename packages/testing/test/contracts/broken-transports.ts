/** Transports that are wrong on purpose, each in one way that somebody's client once was. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import {
  AxiosTransport,
  isSdkError,
  parseProxyUrl,
  ProxyServer,
  ResponseHeaders,
  routeTo,
} from '@sdk/common';
import type {
  SocketOptions,
  TlsOptions,
  Transport,
  TransportRequest,
  TransportResponse,
} from '@sdk/common';

type Send = (request: TransportRequest) => Promise<TransportResponse>;

/** Changes what is sent and what is answered; `close` is the inner one's unless it says otherwise. */
export type Breakage = (inner: Send) => Send;

export class WrappingTransport implements Transport {
  readonly name = 'wrapping';
  readonly #inner: AxiosTransport;
  readonly #send: Send;

  constructor(breakage: Breakage, options: SocketOptions = {}) {
    this.#inner = new AxiosTransport(options);
    this.#send = breakage((request) => this.#inner.send(request));
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    return this.#send(request);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** The request over a proxy that is the same but for these members. */
function over(request: TransportRequest, members: object): TransportRequest {
  const { proxy } = request.route;
  if (proxy === undefined) return request;
  const { protocol, host, port, username, password, headers, tls, tunnel } = proxy;
  const same = { protocol, host, port, username, password, headers, tls, tunnel };
  return { ...request, route: routeTo(request.origin, new ProxyServer({ ...same, ...members })) };
}

const asAnswer = (request: TransportRequest, status: number): TransportResponse => ({
  status,
  headers: new ResponseHeaders([]),
  body: Readable.from([]),
  reusedSocket: false,
  route: request.route,
  timings: { socketMs: 0, headersMs: 0 },
});

/** Nothing is wrong with it. */
export const sound: Breakage = (inner) => inner;

export const ignoresTheRoute: Breakage = (inner) => (request) =>
  inner({ ...request, route: routeTo(request.origin, undefined) });

export const leaksHeadersToConnect: Breakage = (inner) => (request) =>
  inner(over(request, { headers: [...(request.route.proxy?.headers ?? []), ...request.headers] }));

export const leaksProxyHeadersToTheOrigin: Breakage = (inner) => (request) =>
  inner({ ...request, headers: [...request.headers, ...(request.route.proxy?.headers ?? [])] });

export const answersRefusedTunnelsAsTheOrigin: Breakage = (inner) => (request) =>
  inner(request).catch((error: unknown) => {
    if (!isSdkError(error, 'SDK_PROXY') || error.status === undefined) throw error;
    return asAnswer(request, error.status);
  });

export const swallowsAborts: Breakage = (inner) => (request) =>
  inner({ ...request, signal: undefined });

export const neverAnswers: Breakage = () => () => new Promise(() => undefined);

export const losesTheReasonOfAnAbort: Breakage = (inner) => (request) =>
  inner(request).catch((error: unknown) => {
    throw request.signal?.aborted ? new Error('canceled') : error;
  });

export const readsTheEnvironment: Breakage = (inner) => (request) => {
  const variable = process.env[`${request.origin.protocol.slice(0, -1)}_proxy`];
  if (variable === undefined) return inner(request);
  return inner({ ...request, route: routeTo(request.origin, parseProxyUrl(variable)) });
};

export const followsRedirects: Breakage = (inner) => async (request) => {
  const answer = await inner(request);
  const location = answer.headers.get('location');
  if (answer.status < 301 || answer.status > 308 || location === undefined) return answer;
  answer.body.resume();
  return inner({ ...request, path: location });
};

export const triesAgain: Breakage = (inner) => async (request) => {
  const answer = await inner(request);
  if (answer.status !== 503) return answer;
  answer.body.resume();
  return inner(request);
};

export const decompresses: Breakage = (inner) => async (request) => {
  const answer = await inner(request);
  if (answer.headers.get('content-encoding') !== 'gzip') return answer;
  return { ...answer, body: answer.body.pipe(createGunzip()) };
};

export const normalisesThePath: Breakage = (inner) => (request) =>
  inner({ ...request, path: new URL(request.path, 'http://origin').pathname });

export const verifiesNothing: Breakage = (inner) => (request) =>
  inner({ ...request, tls: { ...request.tls, rejectUnauthorized: false } });

export const givesTheOriginsTlsToTheProxy: Breakage = (inner) => (request) =>
  inner(
    over(request, { tls: { ...request.tls, ...request.route.proxy?.tls } satisfies TlsOptions }),
  );

export const hasTimersOfItsOwn: Breakage = (inner) => (request) => {
  const never = 1_500;
  const { poolMs } = request.timeouts;
  const timeouts = {
    poolMs,
    connectMs: never,
    proxyMs: never,
    headersMs: never,
    idleMs: never,
  };
  return inner({ ...request, timeouts });
};

export const printsThePassword: Breakage = (inner) => (request) =>
  inner(request).catch((error: unknown) => {
    if (error instanceof Error && request.route.proxy !== undefined) {
      error.message += ` (password ${request.route.proxy.password})`;
    }
    throw error;
  });

export const buffersDownloads: Breakage = (inner) => async (request) => {
  const answer = await inner(request);
  return { ...answer, body: Readable.from(await buffer(answer.body), { objectMode: false }) };
};

export const endsBrokenBodiesQuietly: Breakage = (inner) => async (request) => {
  const answer = await inner(request);
  async function* quiet(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of answer.body) yield chunk as Buffer;
    } catch {
      // As a client does that takes the end of the connection for the end of the body.
    }
  }
  return { ...answer, body: Readable.from(quiet(), { objectMode: false }) };
};

export const sharesOneProxyForAll: Breakage = (inner) => {
  const known = new Map<string, ProxyServer>();
  return (request) => {
    const { proxy } = request.route;
    if (proxy === undefined) return inner(request);
    const first = known.get(proxy.href) ?? proxy;
    known.set(proxy.href, first);
    return inner({ ...request, route: routeTo(request.origin, first) });
  };
};

export const dropsProxyAuthorization: Breakage = (inner) => (request) => {
  const headers = request.headers.filter(
    (_part, i, all) => all[i - (i % 2)]?.toLowerCase() !== 'proxy-authorization',
  );
  return inner({ ...request, headers });
};

export const introducesItselfToAll: Breakage = (inner) => (request) =>
  inner({ ...request, headers: [...request.headers, 'User-Agent', 'wrapping/1'] });

export const ignoresFreshSocket: Breakage = (inner) => (request) =>
  inner({ ...request, freshSocket: undefined });

export const countsNoFreshSocket: Breakage = (inner) => async (request) => {
  if (request.freshSocket !== true) return inner(request);
  const beside = new AxiosTransport();
  const answer = await beside.send(request);
  answer.body.once('close', () => void beside.close());
  return answer;
};

export const keepsUnderOtherTls: Breakage = (inner) => {
  let first: TlsOptions | undefined;
  return (request) => {
    first ??= request.tls;
    return inner({ ...request, tls: first });
  };
};
