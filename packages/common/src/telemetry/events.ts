/**
 * What the SDK publishes while it works, on three channels of `node:diagnostics_channel`. Every event is frozen, JSON-safe and
 * free of secrets: origins and proxies without credentials, paths without their query. Without a subscriber no event is made.
 */
import type { AttemptFacts, DecisionFacts, Way } from '../facts.js';

/** The names of the channels, to subscribe to by `node:diagnostics_channel`. They are part of the public face. */
export const CHANNELS = Object.freeze({
  /** An `AttemptEvent` at the end of each attempt, whether it was answered or failed. */
  attempt: 'sdk:attempt',
  /** A `SocketEvent` for each socket that opens, fails to open, or closes. */
  socket: 'sdk:socket',
  /** A `WarningEvent` for something that works, but should be corrected. */
  warning: 'sdk:warning',
} as const);

/** One attempt, at its end: the end of its body if that was read into memory, or its headers if the caller got a stream. */
export interface AttemptEvent extends AttemptFacts {
  readonly method: string;
  /** Scheme, host and port, e.g. `https://api.example.com`. */
  readonly origin: string;
  /** The request's path without its query and without the driver's secrets. */
  readonly path: string;
  /** What the connection is for: `request`, or what a derived one was made for, e.g. `identity`. */
  readonly purpose: string;
  /** The provider's own id of the request, where its answer held one. */
  readonly requestId?: string | undefined;
  /** Which proxy was chosen, and which level decided that. */
  readonly decision: DecisionFacts | null;
}

/** One socket of a pool. */
export interface SocketEvent {
  /** `opened`: ready for its first request. `failed`: the connection could not be made. `closed`: it has closed. */
  readonly state: 'opened' | 'failed' | 'closed';
  readonly way: Way;
  /** The proxy without credentials; `null`: direct. */
  readonly proxy: string | null;
  /** Where it leads; `null` for a connection to a forward proxy, which serves every `http:` origin. */
  readonly origin: string | null;
  /** `opened`, `failed`: how long opening took, in milliseconds. `closed`: how long it was open. */
  readonly durationMs: number;
  /** Requests that it carried; 0 unless it is `closed`. */
  readonly requests: number;
  /** The error's code, if it `failed`: one of `SdkErrorCode`, or `ABORTED` if the caller gave up. */
  readonly code?: string | undefined;
}

/** What a warning is about. */
export type WarningCode =
  /** Nobody read the body of an answer, so it held a socket for too long. */
  | 'SDK_UNREAD_BODY'
  /** A proxy of a list failed, and is skipped for a while. */
  | 'SDK_PROXY_RESTS'
  /** A PAC file could not be loaded again, and its previous version stays in use. */
  | 'SDK_PAC_STALE'
  /** Credentials go over `http:` to another machine. */
  | 'SDK_CREDENTIALS_IN_CLEAR'
  /** Something in the configuration could not be used, for instance an entry of NO_PROXY. */
  | 'SDK_CONFIGURATION';

/** Something that works, but should be corrected. */
export interface WarningEvent {
  readonly code: WarningCode;
  /** One or two sentences: what was seen, and the remedy. */
  readonly message: string;
  /** Scheme, host and port, if it is about an origin. */
  readonly origin?: string | undefined;
  /** The proxy without credentials, if it is about one. */
  readonly proxy?: string | undefined;
}
