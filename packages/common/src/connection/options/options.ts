/** The options of every driver and of every call, and their defaults. */
import type { Progress } from '../content/body.js';
import type { HeaderRecord } from '../content/header-bag.js';
import type { Environment } from '../../proxy/environment.js';
import type { HttpProxy } from '../../proxy/setting.js';
import type { TlsOptions } from '../../route/tls-options.js';
import type { Timeouts } from '../../transport/timeouts.js';
import type { Transport } from '../../transport/transport.js';

/** Where the SDK logs what it does. It never logs a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** When and how often a request is sent again. */
export interface RetryOptions {
  /** How often a request may be sent in all, the first time included; 1 never repeats. @default 3 */
  readonly attempts: number;
  /** The longest pause before the first repetition, in milliseconds; it doubles with each one. @default 100 */
  readonly baseDelayMs: number;
  /** The longest pause that the SDK chooses itself, in milliseconds. @default 20000 */
  readonly maxDelayMs: number;
  /** The longest pause that a provider may ask for, in milliseconds; if it asks for more, the call fails at once. @default 60000 */
  readonly maxRetryAfterMs: number;
  /**
   * Tokens in the bucket that all requests of a driver share: a repetition costs 5, one after a timeout 10, a success
   * returns what its repetition cost, or 1. When the bucket is empty nothing is repeated, so that a provider in
   * trouble is not overloaded. `Infinity` for none. @default 500
   */
  readonly budget: number;
}

/** `false`: never send twice. */
export type RetrySetting =
  false | { readonly [K in keyof RetryOptions]?: RetryOptions[K] | undefined };

/** The defaults of `retry`. */
export const DEFAULT_RETRY: RetryOptions = Object.freeze({
  attempts: 3,
  baseDelayMs: 100,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
  budget: 500,
});

/** Some of the timeouts; a member that is left out has the value of the driver, or else the default. */
export type TimeoutSettings = { readonly [K in keyof Timeouts]?: Timeouts[K] | undefined };

/** How many requests one connection sends at a time. A member that is left out is no limit. */
export interface LimitOptions {
  /** Attempts at once. Each counts from its beginning until its answer is read, or the stream of it has closed. From 1. */
  readonly concurrent?: number | undefined;
  /** Attempts begun in a second, on average; `0.5` is one every two seconds. */
  readonly perSecond?: number | undefined;
  /** How many of these may begin at once after a pause; with 1 they are evenly spaced. Needs `perSecond`. @default 1 */
  readonly burst?: number | undefined;
}

/** The options of every driver, and of a connection that stands alone. */
export interface DriverOptions {
  /** The proxy for everything that this driver sends. Left out: the environment decides; `false`: go direct. */
  readonly httpProxy?: HttpProxy | undefined;
  /** Hosts that are reached without the proxy. */
  readonly noProxy?: string | readonly string[] | undefined;
  /** TLS settings of the provider's servers; those of an `https:` proxy are `httpProxy.tls`. */
  readonly tls?: TlsOptions | undefined;
  /** @default DEFAULT_TIMEOUTS */
  readonly timeouts?: TimeoutSettings | undefined;
  /** @default DEFAULT_RETRY */
  readonly retry?: RetrySetting | undefined;
  /** The URL of the API, if it is not the provider's usual one. Without credentials, query and fragment. */
  readonly endpoint?: string | URL | undefined;
  /** The variables that name proxies, read at each request. @default process.env */
  readonly env?: Environment | undefined;
  /** What carries the requests; a given one is never closed by the SDK. @default an AxiosTransport of its own */
  readonly transport?: Transport | undefined;
  /** Put in front of the SDK's own user agent, e.g. `backup-tool/2.1`. */
  readonly userAgent?: string | undefined;
  /** Left out: the SDK logs nothing. */
  readonly logger?: Logger | undefined;
  /**
   * The limits of each connection of the driver, together with its views; a derived one (for tokens, for example) has a count
   * of its own. A request that waits longer than `timeouts.poolMs` fails with a `TimeoutError`. @default no limits
   */
  readonly limits?: LimitOptions | undefined;
}

/** The options that a view may have of its own. */
export type ViewOptions = Pick<
  DriverOptions,
  'httpProxy' | 'noProxy' | 'tls' | 'timeouts' | 'retry' | 'userAgent' | 'logger'
>;

/** The options of every call; the last argument of every driver method. */
export interface CallOptions {
  /** The proxy for this call alone. Left out: the driver's, then the environment's; `false`: go direct. */
  readonly httpProxy?: HttpProxy | undefined;
  readonly noProxy?: string | readonly string[] | undefined;
  readonly timeouts?: TimeoutSettings | undefined;
  readonly retry?: RetrySetting | undefined;
  /** Ends the call, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Sent in addition to the driver's own; of equal names these replace the driver's. */
  readonly headers?: HeaderRecord | undefined;
  /** Called for every piece of a body that is sent or received. If it throws, the call ends with that error. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The options of calls that wait for a job of the provider. */
export interface OperationCallOptions extends CallOptions {
  /** How long the job is waited for, in milliseconds. @default 600000 */
  readonly waitMs?: number | undefined;
  /** The pause between two looks at the job, in milliseconds. */
  readonly pollMs?: number | undefined;
}

/** Every key of `DriverOptions`. */
export const DRIVER_KEYS: readonly string[] = Object.freeze([
  'httpProxy',
  'noProxy',
  'tls',
  'timeouts',
  'retry',
  'endpoint',
  'env',
  'transport',
  'userAgent',
  'logger',
  'limits',
]);

/** Every key of `ViewOptions`. */
export const VIEW_KEYS: readonly string[] = Object.freeze([
  'httpProxy',
  'noProxy',
  'tls',
  'timeouts',
  'retry',
  'userAgent',
  'logger',
]);

/** Every key of `CallOptions`. */
export const CALL_KEYS: readonly string[] = Object.freeze([
  'httpProxy',
  'noProxy',
  'timeouts',
  'retry',
  'signal',
  'headers',
  'onProgress',
]);

/** Every key of `OperationCallOptions`. */
export const OPERATION_CALL_KEYS: readonly string[] = Object.freeze([
  ...CALL_KEYS,
  'waitMs',
  'pollMs',
]);
