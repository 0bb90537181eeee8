/** The hooks by which a subclass of connection describes its provider, as the stages see them. */
import type { ResponseError, ResponseErrorInit, SdkError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import type { ResponseHeaders } from '../transport/response-headers.js';
import type { HeaderBag, HeaderRecord } from './content/header-bag.js';
import type { NestedOptions } from './nested.js';
import type { RequestSpec } from './request-spec.js';
import type { Query } from './content/request-target.js';

/** What the hooks of a connection may know of a request. */
export interface HookContext {
  readonly method: string;
  readonly origin: Origin;
  /** What the connection is for: `request`, or the purpose given to `derive`, e.g. `identity`. */
  readonly purpose: string;
  readonly spec: RequestSpec;
  /** Counted from 1; 0 while the request is built. */
  readonly attempt: number;
  readonly signal: AbortSignal | undefined;
  /**
   * The options to make nested requests with (for a token, for example), so that they go the same way: a frozen copy of the
   * call's own. They also hold which view the request was made by.
   */
  readonly nested: NestedOptions;
}

/** A body that `encodeBody` made. */
export interface EncodedBody {
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

/** What a signer gets: everything that will be sent. It may add headers; the rest cannot be changed. */
export interface SignableRequest {
  readonly method: string;
  /** The origin and the request-target, as they are sent. */
  readonly url: string;
  readonly origin: Origin;
  /** The request-target, query included. */
  readonly path: string;
  readonly headers: HeaderBag;
  /** `undefined` for no body and for a stream. */
  readonly body: string | Uint8Array | undefined;
  /** Whether the body is a stream that a signer cannot read. */
  readonly streaming: boolean;
}

/** A failed answer, as `parseError` gets it. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Decoded JSON or XML, a text, or `undefined`. */
  readonly body: unknown;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The headers that this attempt was sent with, credentials and signature included. */
  readonly sent: HeaderBag;
}

/** What a provider's error body says. */
export interface ProviderError {
  readonly message?: string | undefined;
  /** The provider's own code, e.g. `NoSuchKey`. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  /** A class that fits better than the status's. */
  readonly class?: (new (message: string, init: ResponseErrorInit) => ResponseError) | undefined;
  /**
   * `true`: the provider did not process the request, so it may be sent again whatever its method. `false`: sending it again
   * is of no use.
   */
  readonly retryable?: boolean | undefined;
  /** The pause the provider asks for, if it is in the body. A Retry-After header takes precedence. */
  readonly retryAfterMs?: number | undefined;
}

/** The hooks of one connection. They are bound once, so that a stage can call them without knowing the class. */
export interface Hooks {
  readonly defaultHeaders: (context: HookContext) => HeaderRecord;
  readonly defaultQuery: (context: HookContext) => Query;
  readonly encodeBody: (json: unknown) => EncodedBody;
  readonly authorize: (headers: HeaderBag, context: HookContext) => void | Promise<void>;
  readonly sign: (request: SignableRequest, context: HookContext) => void | Promise<void>;
  /** `undefined` if the connection does not override it. */
  readonly renew:
    ((context: HookContext, sent: HeaderBag) => boolean | Promise<boolean>) | undefined;
  readonly isSuccess: (status: number, context: HookContext) => boolean;
  readonly parseError: (answer: FailedAnswer) => ProviderError;
  readonly parseBody: (body: unknown, context: HookContext) => unknown;
  readonly retryable: (error: SdkError, attempt: number) => boolean | undefined;
  readonly secrets: () => readonly string[];
}
