/**
 * The facts of a request: plain, JSON-safe, secret-free data that errors, events and logs may carry.
 * Nothing here knows how a fact came about.
 */

/** The first level of the cascade that said something: call ▸ instance ▸ env ▸ default (direct). */
export type DecidedBy = 'call' | 'instance' | 'env' | 'default';

/** Which way the bytes go: direct, in absolute-form through a proxy, or inside a CONNECT tunnel. */
export type Way = 'direct' | 'forward' | 'tunnel';

/** Why a request went the way it went. */
export interface DecisionFacts {
  /** The origin the decision is about, e.g. `https://api.example.com`. */
  readonly origin: string;
  /** The proxy without credentials, e.g. `http://proxy.corp:3128`; `null`: direct. */
  readonly proxy: string | null;
  readonly decidedBy: DecidedBy;
  /** The environment variable that was chosen, where the environment decided. */
  readonly variable?: string | undefined;
  /** The NO_PROXY entry that bypassed the proxy, as written. */
  readonly bypassedBy?: string | undefined;
  /** The PAC file that decided, without query and credentials, e.g. `pac+http://wpad.corp/proxy.pac`. */
  readonly pac?: string | undefined;
}

/** Milliseconds since the attempt began, at each of its stations. */
export interface Timings {
  /** A socket (fresh or reused) was assigned. */
  readonly socketMs: number;
  /** The headers of the answer were complete. */
  readonly headersMs: number;
}

/** Whether the origin may have seen the request: `no` and `yes` are certain. */
export type RequestSent = 'no' | 'maybe' | 'yes';

/** One attempt of a request, as `error.attempts` and events show it. */
export interface AttemptFacts {
  /** Counted from 1. */
  readonly number: number;
  readonly way: Way;
  /** The proxy without credentials; `null`: direct. */
  readonly proxy: string | null;
  /** The status, where an answer came. */
  readonly status?: number | undefined;
  /** The error's code and message, where it failed. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** Whether the origin may have seen the attempt, where it failed. */
  readonly requestSent?: RequestSent | undefined;
  readonly reusedSocket?: boolean | undefined;
  readonly durationMs: number;
  /** The origin that the answer sent the request on to, where that was followed. */
  readonly redirectedTo?: string | undefined;
  /** How long the pause before the next attempt was. */
  readonly delayMs?: number | undefined;
}
