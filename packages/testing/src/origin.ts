import http from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import https from 'node:https';
import { listenOnLoopback } from './loopback.js';
import type { LoopbackHost, ServerTls } from './loopback.js';
import { defaultHandler } from './origin-routes.js';
import { recordRequest } from './recorded-request.js';
import type { RecordedRequest } from './recorded-request.js';

/** How an origin is started. */
export interface OriginOptions {
  /** Makes it an `https:` origin with this certificate. Default: `http:`. */
  readonly tls?: ServerTls | undefined;
  /** The address it listens on. @default '127.0.0.1' */
  readonly host?: LoopbackHost | undefined;
  /** Answers each request. Default: the echo and the routes of `defaultHandler`. */
  readonly handler?: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined;
  /** How long an idle connection is kept open, in milliseconds. @default 60000 */
  readonly keepAliveTimeoutMs?: number | undefined;
}

/** A real HTTP server on loopback that remembers what it was sent. */
export interface Origin {
  /** Scheme, address and port, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request since the start, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** TCP connections accepted since the start. */
  readonly connections: number;
  /** TCP connections open now. */
  openSockets(): number;
  /** Drops every open connection and goes on listening. */
  destroySockets(): void;
  /** Destroys the sockets and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an origin on a free port of loopback: `http:`, or `https:` where a certificate is given.
 *
 * @example
 * const origin = await startOrigin();
 * await fetch(`${origin.url}/status/404`);
 * console.log(origin.requests[0]?.headers);
 * await origin.close();
 */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const requests: RecordedRequest[] = [];
  const handler = options.handler ?? defaultHandler;
  const listener: RequestListener = (request, response) => {
    requests.push(recordRequest(request, response, loopback.socketIdOf(request.socket.remotePort)));
    request.on('error', () => {});
    response.on('error', () => {});
    void handler(request, response);
  };
  const server = options.tls
    ? https.createServer({ ...options.tls }, listener)
    : http.createServer(listener);
  server.keepAliveTimeout = options.keepAliveTimeoutMs ?? 60_000;
  // Node's own five minutes would end a slow upload; the clients under test bring their own timers.
  server.requestTimeout = 0;
  const loopback = await listenOnLoopback(server, options.host);
  return {
    url: `${options.tls ? 'https' : 'http'}://${loopback.authority}`,
    port: loopback.port,
    requests,
    get connections() {
      return loopback.connections();
    },
    openSockets: loopback.openSockets,
    destroySockets: loopback.destroySockets,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}
