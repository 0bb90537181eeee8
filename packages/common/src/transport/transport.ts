/** The interface of a transport: a method to send a request, and one to close. */
import type { Readable } from 'node:stream';
import type { Timings } from '../facts.js';
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import type { TlsOptions } from '../route/tls-options.js';
import type { ResponseHeaders } from './response-headers.js';
import type { Timeouts } from './timeouts.js';

/** One complete attempt: the transport decides nothing about it. */
export interface TransportRequest {
  readonly method: string;
  readonly origin: Origin;
  /** The request-target in origin form, sent byte for byte: `/bucket//key?list-type=2`. */
  readonly path: string;
  /** A flat list of names and values. `Host` and the body's framing are added if they are absent. */
  readonly headers: readonly string[];
  /** A stream is read once, with backpressure; its length is that of the `Content-Length` header; without one it is sent chunked. */
  readonly body?: string | Uint8Array | Readable | undefined;
  readonly route: Route;
  /** TLS settings of the origin. */
  readonly tls?: TlsOptions | undefined;
  readonly timeouts: Timeouts;
  /**
   * When `timeouts.totalMs` ends, on the clock of `performance.now()`: the total is that of the whole call, which may have begun
   * long ago. @default `totalMs` from now
   */
  readonly deadlineAt?: number | undefined;
  /** Rejects with `signal.reason`, and destroys the body if it aborts later. */
  readonly signal?: AbortSignal | undefined;
  /** Never use a socket that carried a request before. */
  readonly freshSocket?: boolean | undefined;
  /**
   * Send it as it is: add nothing of the caller's (such as an axios instance's interceptors and default headers). It goes to a
   * server that must not get the caller's credentials: that of a PAC file, or another origin that a redirect led to.
   */
  readonly bare?: boolean | undefined;
}

/** The answer, at its headers. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /**
   * The body as it is received (still compressed). It must be read or destroyed: if nobody begins to read it, it is destroyed
   * and loses its socket. If it breaks off, it emits an error of the SDK.
   */
  readonly body: Readable;
  readonly reusedSocket: boolean;
  readonly route: Route;
  readonly timings: Timings;
}

/**
 * Carries one attempt over one route. It does not retry, fail over, follow redirects, read the environment, decide
 * proxies, parse or sign.
 */
export interface Transport {
  readonly name: string;
  /** The unix socket that its direct requests use: they never leave this machine. A wrapper should expose the inner one's. */
  readonly socketPath?: string | undefined;
  /**
   * @throws TimeoutError, ProxyError, TlsError, ConnectionError: no answer came back.
   * @throws ConfigurationError: the request cannot be sent as it is; nothing was.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Ends every socket, idle or not. A later `send` is refused. */
  close(): Promise<void>;
}
