import type { Readable } from 'node:stream';
import type { SocketOptions, Transport } from '@sdk/common';
import type { Runner } from './runner.js';

/**
 * Makes the transport under test; the suite closes it.
 * @param options the options that the engines share, as the test needs them: hand them on whole
 * @param answer plays the origin, for a transport that has no network
 */
export type TransportFactory = (
  options: SocketOptions,
  answer: AnswerFunction,
) => Transport | Promise<Transport>;

/** A request as it reached whoever answers it. */
export interface ArrivedRequest {
  readonly method: string;
  /** The request-target in origin form. */
  readonly path: string;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** What an origin is to answer. */
export interface PlayedAnswer {
  readonly status: number;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | Readable;
}

/** Plays an origin: answers each request, in its own time or never. */
export type AnswerFunction = (request: ArrivedRequest) => Promise<PlayedAnswer>;

/** What a transport may be unable to do. Each `false` leaves its rules out; all are `true` unless said otherwise. */
export interface TransportCapabilities {
  /** `false`: it opens no connection, and is answered by the function that its factory is given. */
  readonly network: boolean;
  /** `false`: it takes no way over a proxy, and refuses each such route. */
  readonly proxies: boolean;
  /** `false`: it speaks no SOCKS, and refuses each such proxy. */
  readonly socks: boolean;
  /** `false`: it answers no challenge of a proxy, and sends credentials with the first request or not at all. */
  readonly challenges: boolean;
  /** `false`: it keeps no connection for the next request. */
  readonly pools: boolean;
  /** `false`: its factory leaves `maxSockets`, `idleSocketMs`, `lookup`, `localAddress`, `family`, `socketPath` alone. */
  readonly options: boolean;
}

/** What the suite runs on. */
export interface TransportContract extends Runner {
  /** What the transport cannot do. @default nothing */
  readonly capabilities?: Partial<TransportCapabilities> | undefined;
  /** How long one test may take, in milliseconds; one that is not over by then fails. @default 60000 */
  readonly timeoutMs?: number | undefined;
}
