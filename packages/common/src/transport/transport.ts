/** What a transport is: one method and a close. */
import type { Readable } from 'node:stream';
import type { Timings } from '../facts.js';
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import type { TlsOptions } from '../route/tls-options.js';
import type { ResponseHeaders } from './response-headers.js';
import type { Timeouts } from './timeouts.js';

/** One attempt, fully formed: nothing in it is decided below. */
export interface TransportRequest {
  readonly method: string;
  readonly origin: Origin;
  /** The request-target in origin form, sent byte for byte: `/bucket//key?list-type=2`. */
  readonly path: string;
  /** A flat list of names and values. `Host` and the body's framing are added where they are absent. */
  readonly headers: readonly string[];
  /** A stream is read once, with backpressure; its length is the `Content-Length` header's, else it goes chunked. */
  readonly body?: string | Uint8Array | Readable | undefined;
  readonly route: Route;
  /** TLS settings of the origin. */
  readonly tls?: TlsOptions | undefined;
  readonly timeouts: Timeouts;
  /**
   * When `timeouts.totalMs` passes, on the clock of `performance.now()`: the total is that of the whole call, which may have
   * begun long ago. @default `totalMs` from now
   */
  readonly deadlineAt?: number | undefined;
  /** Rejects with `signal.reason`, and destroys the body where it aborts later. */
  readonly signal?: AbortSignal | undefined;
  /** Never use a socket that carried a request before. */
  readonly freshSocket?: boolean | undefined;
  /**
   * Sent as it is: whatever an engine adds for its caller (an axios instance's interceptors and default headers) stays
   * away, since the caller's credentials are not for whom it goes to: the server of a PAC file, or another origin that a
   * redirect led to.
   */
  readonly bare?: boolean | undefined;
}

/** The answer, at its headers. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /**
   * The body as it travels (still compressed). It must be read or destroyed: one that nobody begins to read
   * loses its socket, and is destroyed. A failure on the way is an SDK error on it.
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
  /** The unix socket that its direct requests go by: what they carry never leaves this machine. Wrappers hand it on. */
  readonly socketPath?: string | undefined;
  /**
   * @throws TimeoutError, ProxyError, TlsError, ConnectionError: no answer came back.
   * @throws ConfigurationError: the request cannot be sent as it is; nothing was.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Ends every socket, idle or not. A later `send` is refused. */
  close(): Promise<void>;
}
