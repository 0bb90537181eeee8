/**
 * What the SDK tells while it works, on three channels of `node:diagnostics_channel`. Every event is frozen, JSON-safe and
 * free of secrets: origins and proxies without credentials, paths without their query. Whoever subscribes to nothing pays
 * for nothing.
 */
import type { AttemptFacts, DecisionFacts, Way } from '../facts.js';

/** The names of the channels, to subscribe to by `node:diagnostics_channel`. They are part of the public face. */
export const CHANNELS = Object.freeze({
  /** An `AttemptEvent` at the end of each attempt, whether it was answered or failed. */
  attempt: 'sdk:attempt',
  /** A `SocketEvent` for each socket that opens, fails to open, or closes. */
  socket: 'sdk:socket',
  /** A `WarningEvent` for what works, and should be mended. */
  warning: 'sdk:warning',
} as const);

/** One attempt, at its end: with its body where that was read into memory, at its headers where it was handed over. */
export interface AttemptEvent extends AttemptFacts {
  readonly method: string;
  /** Scheme, host and port, e.g. `https://api.example.com`. */
  readonly origin: string;
  /** The request's path without its query; the driver's secrets are blotted out. */
  readonly path: string;
  /** What the connection is for: `request`, or what a derived one was made for, e.g. `identity`. */
  readonly purpose: string;
  /** The provider's own id of the request, where its answer held one. */
  readonly requestId?: string | undefined;
  /** Which proxy was to be taken, and which level decided that. */
  readonly decision: DecisionFacts | null;
}

/** One socket of a pool. */
export interface SocketEvent {
  /** `opened`: ready for its first request. `failed`: no connection came about. `closed`: it is gone. */
  readonly state: 'opened' | 'failed' | 'closed';
  readonly way: Way;
  /** The proxy without credentials; `null`: direct. */
  readonly proxy: string | null;
  /** Whom it leads to; `null` for a connection to a forward proxy, which serves every `http:` origin. */
  readonly origin: string | null;
  /** `opened`, `failed`: how long opening took, in milliseconds. `closed`: how long it was open. */
  readonly durationMs: number;
  /** Requests that it carried; 0 unless it is `closed`. */
  readonly requests: number;
  /** The error's code, where it `failed`: one of `SdkErrorCode`, or `ABORTED` where the caller gave up. */
  readonly code?: string | undefined;
}

/** What a warning is about. */
export type WarningCode =
  /** Nobody read the body of an answer, which held a socket that somebody else waits for. */
  | 'SDK_UNREAD_BODY'
  /** A proxy of a list failed, and is not asked again for a while. */
  | 'SDK_PROXY_RESTS'
  /** A PAC file could not be loaded anew, and the one from before goes on deciding. */
  | 'SDK_PAC_STALE'
  /** Credentials go over `http:` to another machine. */
  | 'SDK_CREDENTIALS_IN_CLEAR'
  /** Something in the configuration could not be used, for instance an entry of NO_PROXY. */
  | 'SDK_CONFIGURATION';

/** Something that works, and should be mended. */
export interface WarningEvent {
  readonly code: WarningCode;
  /** One or two sentences: what was seen, and the remedy. */
  readonly message: string;
  /** Scheme, host and port, where it is about an origin. */
  readonly origin?: string | undefined;
  /** The proxy without credentials, where it is about one. */
  readonly proxy?: string | undefined;
}
