import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Server } from 'proxy-chain';
import type { ConnectionStats, PrepareRequestFunctionResult, ServerOptions } from 'proxy-chain';
import { countSockets } from './loopback.js';
import type { ServerTls } from './loopback.js';

/** How a forward proxy is started. */
export interface ProxyOptions {
  /** Asks every request for these by Basic authentication, and answers 407 without them. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** Makes it an `https:` proxy with this certificate. Default: `http:`. */
  readonly tls?: ServerTls | undefined;
  /** The URL of a proxy behind this one, credentials included. Default: straight to the target. */
  readonly upstream?: string | undefined;
}

/** One request as a proxy received it, refused ones included. */
export interface RecordedProxyRequest {
  /** `CONNECT`, or the method of a request in absolute-form. */
  readonly method: string;
  /** The target as written on the wire: `host:port` for CONNECT, else a URL. */
  readonly target: string;
  /** Name, value, name, value …, in the order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  /** Number of the client's connection at this proxy, from 1. */
  readonly socketId: number;
  /** `false` while undecided and where it was answered with 407. */
  readonly accepted: boolean;
}

/** What a proxy counted itself, at the moment it was asked: a snapshot, so two of them can be compared. */
export interface ProxyStats {
  /** CONNECT requests that were let through. */
  readonly connects: number;
  /** Requests in absolute-form that were let through. */
  readonly forwards: number;
  /** Requests, of either form, that were answered with 407. */
  readonly refused407: number;
  /** Bytes read from clients, heads and tunnels together (behind its TLS, where it has TLS). */
  readonly bytesUp: number;
  /** Bytes written to clients. */
  readonly bytesDown: number;
  /** The target of every request that was let through, as written on the wire. */
  readonly targets: readonly string[];
  /** Client connections accepted since the start. */
  readonly connections: number;
  /** Client connections open now. */
  readonly openConnections: number;
}

/** A real forward proxy on loopback that keeps its own books. */
export interface Proxy {
  /** Scheme, address and port, without credentials and without a slash at the end. */
  readonly url: string;
  /** The same with percent-encoded credentials, where it asks for some. */
  readonly urlWithCredentials: string;
  readonly port: number;
  /** A fresh snapshot of the proxy's own counters. */
  readonly stats: ProxyStats;
  /** Every request since the start, in order of arrival. */
  readonly requests: readonly RecordedProxyRequest[];
  /** Client connections open now. */
  openSockets(): number;
  /** Drops every client connection and goes on listening. */
  destroySockets(): void;
  /** Destroys the sockets and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a forward proxy (the npm package `proxy-chain`) on a free port of loopback.
 *
 * It counts in the proxy itself, on its own server's events and sockets, and knows nothing of any client.
 *
 * @example
 * const proxy = await startProxy({ credentials: { username: 'ada', password: 'p@ss:100%' } });
 * const dns = new PowerDns({ endpoint, apiKey, httpProxy: proxy.urlWithCredentials });
 * console.log(proxy.stats.connects);
 */
export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const requests: { -readonly [K in keyof RecordedProxyRequest]: RecordedProxyRequest[K] }[] = [];
  const recordOf = new WeakMap<IncomingMessage, (typeof requests)[number]>();
  const ended = { bytesUp: 0, bytesDown: 0 };
  let refused407 = 0;
  // An agent of its own: the global one keeps sockets beyond close(), and newer Nodes let the environment steer it.
  const agent = new http.Agent();

  const prepareRequestFunction = (asked: {
    request: IncomingMessage;
    username: string;
    password: string;
  }): PrepareRequestFunctionResult => {
    const { credentials } = options;
    const known =
      !credentials ||
      (asked.username === credentials.username && asked.password === credentials.password);
    if (!known) {
      refused407 += 1;
      return { requestAuthentication: true };
    }
    const record = recordOf.get(asked.request);
    if (record) record.accepted = true;
    return { upstreamProxyUrl: options.upstream ?? null, httpAgent: agent };
  };

  const serverOptions = { host: '127.0.0.1', port: 0, prepareRequestFunction };
  const server = new Server(
    (options.tls
      ? { ...serverOptions, serverType: 'https', httpsOptions: { ...options.tls } }
      : serverOptions) satisfies ServerOptions,
  );
  const books = countSockets(server.server);
  const note = (request: IncomingMessage): void => {
    const record = {
      method: request.method ?? '',
      target: request.url ?? '',
      rawHeaders: request.rawHeaders,
      socketId: books.socketIdOf(request.socket.remotePort),
      accepted: false,
    };
    requests.push(record);
    recordOf.set(request, record);
  };
  server.server.prependListener('connect', note);
  server.server.prependListener('request', note);
  server.on('connectionClosed', ({ stats }: { stats: ConnectionStats | undefined }) => {
    ended.bytesUp += stats?.srcRxBytes ?? 0;
    ended.bytesDown += stats?.srcTxBytes ?? 0;
  });
  // Failures of a client's or target's making; without a listener for them nothing changes but the noise.
  server.on('requestFailed', () => {});
  await server.listen();

  function snapshot(): ProxyStats {
    const accepted = requests.filter((request) => request.accepted);
    let { bytesUp, bytesDown } = ended;
    for (const id of server.getConnectionIds()) {
      const live = server.getConnectionStats(id);
      bytesUp += live?.srcRxBytes ?? 0;
      bytesDown += live?.srcTxBytes ?? 0;
    }
    const connects = accepted.filter((request) => request.method === 'CONNECT').length;
    return {
      connects,
      forwards: accepted.length - connects,
      refused407,
      bytesUp,
      bytesDown,
      targets: accepted.map((request) => request.target),
      connections: books.connections(),
      openConnections: books.openSockets(),
    };
  }

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    books.destroySockets();
    closing ??= server.close(true).then(() => agent.destroy());
    return closing;
  }

  const scheme = options.tls ? 'https' : 'http';
  const authority = `127.0.0.1:${server.port}`;
  const userinfo = options.credentials
    ? `${encodeURIComponent(options.credentials.username)}:${encodeURIComponent(options.credentials.password)}@`
    : '';
  return {
    url: `${scheme}://${authority}`,
    urlWithCredentials: `${scheme}://${userinfo}${authority}`,
    port: server.port,
    get stats() {
      return snapshot();
    },
    requests,
    openSockets: books.openSockets,
    destroySockets: books.destroySockets,
    close,
    [Symbol.asyncDispose]: close,
  };
}
