/** The options of every driver and of every call, and what holds where nothing is said. */
import type { Progress } from '../content/body.js';
import type { HttpProxy } from '../../proxy/setting.js';
import type { TlsOptions } from '../../route/tls-options.js';
import type { Timeouts } from '../../transport/timeouts.js';
import type { Transport } from '../../transport/transport.js';

/** Where the SDK tells what it does. Nothing that it is given holds a secret. */
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
  /** No pause of our own choice is longer, in milliseconds. @default 20000 */
  readonly maxDelayMs: number;
  /** A provider that asks for a longer pause than this is not waited for, in milliseconds. @default 60000 */
  readonly maxRetryAfterMs: number;
  /**
   * Tokens in the bucket that all requests of a driver share: a repetition costs 5, one after a timeout 10, a success
   * brings back what its repetition cost, or 1. An empty bucket ends the repetitions, so that a provider in
   * trouble is not buried under them. `Infinity` for none. @default 500
   */
  readonly budget: number;
}

/** `false`: never send twice. */
export type RetrySetting =
  false | { readonly [K in keyof RetryOptions]?: RetryOptions[K] | undefined };

/** What holds where nothing is said about retries. */
export const DEFAULT_RETRY: RetryOptions = Object.freeze({
  attempts: 3,
  baseDelayMs: 100,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
  budget: 500,
});

/** Some of the timers; a member that is left out keeps what the next level says. */
export type TimeoutSettings = { readonly [K in keyof Timeouts]?: Timeouts[K] | undefined };

/** How much of a provider one connection asks for at a time. Each member left out is not limited. */
export interface LimitOptions {
  /** Attempts at once, each from its beginning until its answer is read, or the stream of it closed. From 1. */
  readonly concurrent?: number | undefined;
  /** Attempts begun in a second, on average; `0.5` is one every two seconds. */
  readonly perSecond?: number | undefined;
  /** How many of these may begin at once after a silence; 1 keeps them apart. Needs `perSecond`. @default 1 */
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
  /** Where the API is, when it is not the provider's own address. Without credentials, query and fragment. */
  readonly endpoint?: string | URL | undefined;
  /** The variables that name proxies, read at each request. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** What carries the requests; a given one is never closed by the SDK. @default an AxiosTransport of its own */
  readonly transport?: Transport | undefined;
  /** Put in front of the SDK's own user agent, e.g. `backup-tool/2.1`. */
  readonly userAgent?: string | undefined;
  /** Left out: the SDK says nothing. */
  readonly logger?: Logger | undefined;
  /**
   * What each connection of the driver keeps to, its views together; a derived one (for tokens, say) has a count of its own.
   * Who has to wait for longer than `timeouts.poolMs` gets a `TimeoutError`. @default no limits
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
  /** Sent beside the driver's own, which they replace where the names are equal. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Told of every piece of a body that travels. An error that it throws ends the call. */
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
