/** The provider answered, and it is a failure. */
import { SdkError, type SdkErrorCode, type SdkErrorInit } from './sdk-error.js';

/** A provider's rate limit, from whichever family of headers it sends. */
export interface RateLimit {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** ISO time at which the next window starts. */
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
 * The provider answered, and it is a failure. Nothing was sent if the driver concluded it from another answer, or if there is no
 * provider (files of this machine). With `maybeFromProxy` nobody can tell who answered.
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
  /** `true` if the answer came through a forward proxy in absolute-form and may be the proxy's own. */
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
