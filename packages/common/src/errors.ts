/**
 * The error tree. docs/guide/errors.md says for each error what was sent by then, what to do, and whether it is repeated.
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
import type {
  AuthenticationError,
  ConflictError,
  MalformedResponseError,
  NotFoundError,
  PermissionError,
  PreconditionError,
  RateLimitError,
  ResponseError,
  ServerError,
  ValidationError,
} from './errors/response-errors.js';
import type {
  ConnectionError,
  ProxyError,
  TimeoutError,
  TlsError,
} from './errors/transport-errors.js';
import { isBranded, SdkError, type SdkErrorCode, type SdkErrorInit } from './errors/sdk-error.js';

export { SdkError } from './errors/sdk-error.js';
export type { SdkErrorCode, SdkErrorInit } from './errors/sdk-error.js';
export {
  AuthenticationError,
  ConflictError,
  MalformedResponseError,
  NotFoundError,
  PermissionError,
  PreconditionError,
  RateLimitError,
  ResponseError,
  ServerError,
  ValidationError,
} from './errors/response-errors.js';
export type { RateLimit, ResponseErrorInit } from './errors/response-errors.js';
export {
  ConnectionError,
  ProxyError,
  TimeoutError,
  TlsError,
  TransportError,
} from './errors/transport-errors.js';
export type { ProxyPhase, TimeoutPhase, TransportErrorInit } from './errors/transport-errors.js';
export type { RequestSent } from './facts.js';

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

/**
 * An option, an argument or a body is wrong, or the driver was closed: the message names the field and what was seen, the hint
 * the remedy. Nothing of the attempt was sent, with two exceptions: a body that does not fit its length or breaks off, which
 * is known only while it is sent, and a driver that was closed meanwhile. `attempts` then shows what was sent.
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
 * This driver cannot do that, as `capabilities` says beforehand, and nothing was sent. Or this server cannot, which only its
 * answer shows; then nothing was changed.
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
  return isBranded(value) && (code === undefined || value.code === code);
}

/**
 * Adds a sentence to the hint of an error, in the same object: the reader of a stream may have got it already.
 */
export function addHint(error: SdkError, sentence: string): void {
  const { hint } = error;
  if (hint?.includes(sentence) === true) return;
  const said = hint === undefined || /[.!?]$/.test(hint) ? hint : `${hint}.`;
  Object.assign(error, { hint: said === undefined ? sentence : `${said} ${sentence}` });
}
