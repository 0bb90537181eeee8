/**
 * The error tree. docs/guide/errors.md tells of each one what was sent by then, what to do, and whether it is repeated.
 *
 *     SdkError                       code, hint?, decision?, attempts?, cause
 *     ├─ ConfigurationError          an option, an argument or a body is wrong, or it was closed
 *     ├─ TransportError              no answer came back: requestSent, retryable
 *     │  ├─ TimeoutError             phase: pool | proxy | connect | headers | idle | total
 *     │  ├─ ProxyError               phase: resolve | connect | tls | auth | tunnel, status?, refused, schemes?, tried?
 *     │  ├─ TlsError                 the origin's certificate or handshake
 *     │  └─ ConnectionError          refused, reset, DNS, protocol
 *     ├─ ResponseError               the provider answered, and it is a failure
 *     │  ├─ AuthenticationError 401 · PermissionError 403 · NotFoundError 404 · ConflictError 409
 *     │  ├─ PreconditionError 412 · ValidationError 400/422 · RateLimitError 429 · ServerError 5xx
 *     │  └─ MalformedResponseError   the body is not what the API promises
 *     ├─ IntegrityError              what is stored is not what was sent
 *     ├─ OperationError              an asynchronous job failed or did not end in time
 *     └─ UnsupportedError            this driver, or this server, cannot do that
 *
 * Every member is JSON-safe and free of secrets: `toJSON` and `util.inspect` show an allow-list.
 */
import type { AttemptFacts, DecisionFacts, RequestSent } from './facts.js';

/** Every code an error of the SDK can carry; a closed union, one per class. */
export type SdkErrorCode = keyof SdkErrorByCode;

/** The class that each code belongs to. */
export interface SdkErrorByCode {
  SDK_CONFIGURATION: ConfigurationError;
  SDK_TIMEOUT: TimeoutError;
  SDK_PROXY: ProxyError;
  SDK_TLS: TlsError;
  SDK_CONNECTION: ConnectionError;
  SDK_RESPONSE: ResponseError;
  SDK_AUTHENTICATION: AuthenticationError;
  SDK_PERMISSION: PermissionError;
  SDK_NOT_FOUND: NotFoundError;
  SDK_CONFLICT: ConflictError;
  SDK_PRECONDITION: PreconditionError;
  SDK_VALIDATION: ValidationError;
  SDK_RATE_LIMIT: RateLimitError;
  SDK_SERVER: ServerError;
  SDK_MALFORMED_RESPONSE: MalformedResponseError;
  SDK_INTEGRITY: IntegrityError;
  SDK_OPERATION: OperationError;
  SDK_UNSUPPORTED: UnsupportedError;
}

/** Marks errors of the SDK across copies of the package, where `instanceof` would fail. */
const BRAND = Symbol.for('@sdk/common.error');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What every error may be given. */
export interface SdkErrorInit {
  /** What to do about it, in one sentence. */
  readonly hint?: string | undefined;
  /** The error below this one; it must be free of secrets. */
  readonly cause?: unknown;
  readonly decision?: DecisionFacts | undefined;
}

/** The root of every error that the SDK throws. */
export abstract class SdkError extends Error {
  abstract readonly code: SdkErrorCode;
  /** What to do about it, in one sentence. */
  declare readonly hint?: string;
  /** Which proxy decision the request travelled under. Set by the connection. */
  declare decision?: DecisionFacts;
  /** Every attempt, first to last, where there was more than one. Set by the connection. */
  declare attempts?: readonly AttemptFacts[];

  constructor(message: string, init: SdkErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    if (init.hint !== undefined) this.hint = init.hint;
    if (init.decision !== undefined) this.decision = init.decision;
    Object.defineProperty(this, 'name', { enumerable: false });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The facts of this class beside those of every error; subclasses extend it. */
  protected facts(): Record<string, unknown> {
    return {};
  }

  /** A JSON-safe, secret-free record of the error and its causes. */
  toJSON(): Record<string, unknown> {
    return withoutUndefined({
      name: this.name,
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...this.facts(),
      decision: this.decision,
      attempts: this.attempts,
      cause: causeFacts(this.cause),
    });
  }

  [INSPECT](
    _depth: unknown,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const { name: _name, message: _message, ...facts } = this.toJSON();
    return `${this.stack ?? `${this.name}: ${this.message}`} ${inspect(facts, options)}`;
  }
}

/**
 * An option, an argument or a body is wrong, or it was closed: the message names the field, what was seen, and the remedy.
 * Nothing of the attempt was sent, but for a body that does not fit its length or breaks off, which is known only on its way,
 * and for a driver that was closed meanwhile: `attempts` then tells what was sent.
 */
export class ConfigurationError extends SdkError {
  readonly code = 'SDK_CONFIGURATION';
  /** The option, variable or argument at fault, e.g. `HTTPS_PROXY`, `timeouts.totalMs`. */
  declare readonly field?: string;

  constructor(message: string, init: SdkErrorInit & { readonly field?: string | undefined } = {}) {
    super(message, init);
    if (init.field !== undefined) this.field = init.field;
  }

  protected override facts(): Record<string, unknown> {
    return { field: this.field };
  }
}

export type { RequestSent };

/** What every transport error is given. */
export interface TransportErrorInit extends SdkErrorInit {
  readonly requestSent: RequestSent;
  readonly retryable: boolean;
  readonly reusedSocket?: boolean | undefined;
}

/** No answer came back. */
export abstract class TransportError extends SdkError {
  /** Whether the origin may have seen the last attempt; `attempts` tells it of earlier ones. */
  readonly requestSent: RequestSent;
  /** Whether the same request may succeed later; whether it may be sent again also depends on `requestSent`. */
  readonly retryable: boolean;
  /** `true` where the socket had carried a request before, and may have been closed by the peer meanwhile. */
  declare readonly reusedSocket?: boolean;

  constructor(message: string, init: TransportErrorInit) {
    super(message, init);
    this.requestSent = init.requestSent;
    this.retryable = init.retryable;
    if (init.reusedSocket === true) this.reusedSocket = true;
  }

  protected override facts(): Record<string, unknown> {
    return {
      requestSent: this.requestSent,
      retryable: this.retryable,
      reusedSocket: this.reusedSocket,
    };
  }
}

/**
 * Which timer fired: see `Timeouts`. `pool` is also the wait for a turn under `limits`, `proxy` also that for a PAC file, and
 * `idle` also a body that nobody began to read.
 */
export type TimeoutPhase = 'pool' | 'proxy' | 'connect' | 'headers' | 'idle' | 'total';

/** A timer fired. Its `cause` is set only where the next attempt would have come too late: it is what failed last. */
export class TimeoutError extends TransportError {
  readonly code = 'SDK_TIMEOUT';
  readonly phase: TimeoutPhase;
  /** The limit that passed, in milliseconds; for a body that nobody began to read, how long it was left alone. */
  readonly timeoutMs: number;

  constructor(
    message: string,
    init: TransportErrorInit & { readonly phase: TimeoutPhase; readonly timeoutMs: number },
  ) {
    super(message, init);
    this.phase = init.phase;
    this.timeoutMs = init.timeoutMs;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), phase: this.phase, timeoutMs: this.timeoutMs };
  }
}

/**
 * Where the way through the proxy ended: its name or its PAC file, TCP, TLS, its credentials, or CONNECT, the SOCKS handshake and
 * what a forward proxy answered by itself.
 */
export type ProxyPhase = 'resolve' | 'connect' | 'tls' | 'auth' | 'tunnel';

/**
 * The proxy failed or refused; over CONNECT this can never be the provider's answer. The origin has seen nothing, but for the phase
 * `tunnel` of a forward proxy (absolute-form), which may have passed the request on: `requestSent` tells.
 */
export class ProxyError extends TransportError {
  readonly code = 'SDK_PROXY';
  readonly phase: ProxyPhase;
  /** The proxy without credentials, e.g. `http://proxy.corp:3128`; where a function of yours threw, the option's name. */
  readonly proxy: string;
  /** The status that the proxy itself answered. */
  declare readonly status?: number;
  /** Whether the proxy works and said no: that is its answer, so the next of a list is not tried. */
  readonly refused: boolean;
  /** In the phase `auth` of an HTTP proxy: the schemes that it offers, as it spells them, e.g. `['Basic', 'Digest']`. */
  declare readonly schemes?: readonly string[];
  /** In the phase `auth` of an HTTP proxy: what was sent, in order, e.g. `['Basic', 'Digest SHA-256']`; empty where nothing was. */
  declare readonly tried?: readonly string[];

  constructor(
    message: string,
    init: TransportErrorInit & {
      readonly phase: ProxyPhase;
      readonly proxy: string;
      readonly status?: number | undefined;
      /** @default false */
      readonly refused?: boolean | undefined;
      readonly schemes?: readonly string[] | undefined;
      readonly tried?: readonly string[] | undefined;
    },
  ) {
    super(message, init);
    this.phase = init.phase;
    this.proxy = init.proxy;
    this.refused = init.refused ?? false;
    if (init.status !== undefined) this.status = init.status;
    if (init.schemes !== undefined) this.schemes = Object.freeze([...init.schemes]);
    if (init.tried !== undefined) this.tried = Object.freeze([...init.tried]);
  }

  protected override facts(): Record<string, unknown> {
    return {
      ...super.facts(),
      phase: this.phase,
      proxy: this.proxy,
      status: this.status,
      refused: this.refused || undefined,
      schemes: this.schemes,
      tried: this.tried,
    };
  }
}

/** The origin's certificate or handshake failed, before anything was sent; `reason` is OpenSSL's or Node's own code. */
export class TlsError extends TransportError {
  readonly code = 'SDK_TLS';
  /** E.g. `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly reason: string;

  constructor(message: string, init: TransportErrorInit & { readonly reason: string }) {
    super(message, init);
    this.reason = init.reason;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), reason: this.reason };
  }
}

/** The connection to the origin was refused or reset, its name not found, or its answer no HTTP. */
export class ConnectionError extends TransportError {
  readonly code = 'SDK_CONNECTION';
  /** Node's own code, e.g. `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `HPE_INVALID_CONSTANT`. */
  readonly reason: string;

  constructor(message: string, init: TransportErrorInit & { readonly reason: string }) {
    super(message, init);
    this.reason = init.reason;
  }

  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), reason: this.reason };
  }
}

/** A provider's rate limit, from whichever family of headers it sends. */
export interface RateLimit {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** ISO time at which the window starts anew. */
  readonly resetAt?: string | undefined;
}

/** What every response error is given. */
export interface ResponseErrorInit extends SdkErrorInit {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly providerCode?: string | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The decoded body; kept out of JSON, `inspect` and logs, since providers echo what was sent. */
  readonly body?: unknown;
  /** In absolute-form HTTP a proxy's refusal can look like the origin's. */
  readonly maybeFromProxy?: boolean | undefined;
}

/**
 * The provider answered, and it is a failure. Nothing was sent where a driver concluded it from another answer, or where there is no
 * provider (files of this machine); with `maybeFromProxy` nobody can tell.
 */
export class ResponseError extends SdkError {
  readonly code: SdkErrorCode = 'SDK_RESPONSE';
  readonly status: number;
  /** The provider's own id of the request, for its support desk. */
  declare readonly requestId?: string;
  /** The provider's own code of the failure, e.g. `NoSuchKey`. */
  declare readonly providerCode?: string;
  declare readonly rateLimit?: RateLimit;
  /** How long the provider asks to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** `true` where the answer came through a forward proxy in absolute-form and may be its own. */
  declare readonly maybeFromProxy?: boolean;
  /** The decoded body; not enumerable, since providers echo what was sent. */
  declare readonly body: unknown;

  constructor(message: string, init: ResponseErrorInit) {
    super(message, init);
    this.status = init.status;
    if (init.requestId !== undefined) this.requestId = init.requestId;
    if (init.providerCode !== undefined) this.providerCode = init.providerCode;
    if (init.rateLimit !== undefined) this.rateLimit = init.rateLimit;
    if (init.retryAfterMs !== undefined) this.retryAfterMs = init.retryAfterMs;
    if (init.maybeFromProxy !== undefined) this.maybeFromProxy = init.maybeFromProxy;
    Object.defineProperty(this, 'body', { value: init.body, enumerable: false });
  }

  protected override facts(): Record<string, unknown> {
    return {
      status: this.status,
      requestId: this.requestId,
      providerCode: this.providerCode,
      rateLimit: this.rateLimit,
      retryAfterMs: this.retryAfterMs,
      maybeFromProxy: this.maybeFromProxy,
    };
  }
}

/** The credentials were not accepted (401, or a provider's code that says so). */
export class AuthenticationError extends ResponseError {
  override readonly code = 'SDK_AUTHENTICATION';
}

/** The credentials are good, but not for this (403). */
export class PermissionError extends ResponseError {
  override readonly code = 'SDK_PERMISSION';
}

/** There is no such thing (404). */
export class NotFoundError extends ResponseError {
  override readonly code = 'SDK_NOT_FOUND';
}

/** It exists already, or its state forbids the change (409). */
export class ConflictError extends ResponseError {
  override readonly code = 'SDK_CONFLICT';
}

/** A condition that the call asked for does not hold (412). */
export class PreconditionError extends ResponseError {
  override readonly code = 'SDK_PRECONDITION';
}

/** The provider refused the values (400, 422). */
export class ValidationError extends ResponseError {
  override readonly code = 'SDK_VALIDATION';
}

/** Too many requests (429); `retryAfterMs` where the provider says how long. */
export class RateLimitError extends ResponseError {
  override readonly code = 'SDK_RATE_LIMIT';
}

/** The provider failed (5xx). */
export class ServerError extends ResponseError {
  override readonly code = 'SDK_SERVER';
}

/** The body is not what the API promises. */
export class MalformedResponseError extends ResponseError {
  override readonly code = 'SDK_MALFORMED_RESPONSE';
}

/** What is stored is not what was sent; the message says whether it was stored. */
export class IntegrityError extends SdkError {
  readonly code = 'SDK_INTEGRITY';
}

/** An asynchronous job failed, or did not end in the time it was given. */
export class OperationError extends SdkError {
  readonly code = 'SDK_OPERATION';
  /** `failed`: the provider says so; `timeout`: `waitMs` passed and the job may still be running. */
  readonly reason: 'failed' | 'timeout';

  constructor(message: string, init: SdkErrorInit & { readonly reason: 'failed' | 'timeout' }) {
    super(message, init);
    this.reason = init.reason;
  }

  protected override facts(): Record<string, unknown> {
    return { reason: this.reason };
  }
}

/**
 * This driver cannot do that, as `capabilities` says beforehand, and nothing was sent; or this server cannot, which only its answer
 * tells: then nothing was changed.
 */
export class UnsupportedError extends SdkError {
  readonly code = 'SDK_UNSUPPORTED';
}

/**
 * Whether a value is an error of the SDK, and of one code where one is given. Unlike `instanceof` it also holds
 * across two copies of the package.
 */
export function isSdkError(value: unknown): value is SdkError;
export function isSdkError<C extends SdkErrorCode>(
  value: unknown,
  code: C,
): value is SdkErrorByCode[C];
export function isSdkError(value: unknown, code?: SdkErrorCode): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const error = value as { [BRAND]?: unknown; code?: unknown };
  return error[BRAND] === true && (code === undefined || error.code === code);
}

/**
 * Adds a sentence to what an error advises. In place: whoever reads a stream may have been given this very object.
 */
export function addHint(error: SdkError, sentence: string): void {
  const { hint } = error;
  const said = hint === undefined || /[.!?]$/.test(hint) ? hint : `${hint}.`;
  Object.assign(error, { hint: said === undefined ? sentence : `${said} ${sentence}` });
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** An allow-list: a foreign error may hang sockets, options or headers on itself. */
function causeFacts(cause: unknown): unknown {
  if (cause === undefined) return undefined;
  if (isSdkError(cause)) return cause.toJSON();
  if (cause instanceof Error) {
    const { code } = cause as { code?: unknown };
    return withoutUndefined({
      name: cause.name,
      message: cause.message,
      code: typeof code === 'string' ? code : undefined,
    });
  }
  return { message: typeof cause === 'string' ? cause : typeof cause };
}
