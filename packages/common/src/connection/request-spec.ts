/** What a driver gives for a request, and what it gets back. */
import type { Readable } from 'node:stream';
import type { RateLimit } from '../errors.js';
import type { DecisionFacts } from '../facts.js';
import type { ResponseHeaders } from '../transport/response-headers.js';
import type { HeaderRecord } from './content/header-bag.js';
import type { Query } from './content/request-target.js';
import type { XmlDecodeOptions } from './content/xml-decode.js';

/** A body that is sent piece by piece. Pieces are bytes (or strings, sent as UTF-8). */
export type BodyStream = Readable | AsyncIterable<Uint8Array | string>;

/** A string, bytes or a function that opens a stream can be sent again; a stream is sent once. */
export type RequestBody = string | Uint8Array | BodyStream | (() => BodyStream);

/** What the answer's body becomes. */
export type Expectation = 'json' | 'xml' | 'text' | 'bytes' | 'stream' | 'none';

/** One request. */
export interface RequestSpec {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | (string & {});
  /**
   * Below the endpoint's own path. An array: each element is percent-encoded (RFC 3986) as one segment. A string is
   * taken as written, from its `/` on.
   */
  readonly path: string | readonly string[];
  /** Encoded by RFC 3986 (a space is `%20`); members that are `undefined` are left out, arrays repeat the name. */
  readonly query?: Query | undefined;
  readonly headers?: HeaderRecord | undefined;
  /** Encoded by `encodeBody`. Not together with `body`. */
  readonly json?: unknown;
  readonly body?: RequestBody | undefined;
  /** The length of a stream, if it is known: it is then sent with Content-Length, otherwise chunked. */
  readonly sizeBytes?: number | undefined;
  readonly contentType?: string | undefined;
  /**
   * `json`: parsed, `undefined` where the body is empty. `xml`: an object, every text a string. `text`: UTF-8.
   * `bytes`: a Buffer. `stream`: a Readable, which you get as soon as the headers have come, and must read or destroy. These
   * two are returned as stored, never decompressed. `none`: the body is read and discarded. @default 'json'
   */
  readonly expect?: Expectation | undefined;
  readonly xml?: XmlDecodeOptions | undefined;
  /** Whether it may be sent twice. @default true for GET, HEAD, PUT, DELETE, OPTIONS and TRACE */
  readonly idempotent?: boolean | undefined;
  /** Statuses that are success beside those of `isSuccess`, e.g. 404 for a deletion. */
  readonly success?: readonly number[] | undefined;
  /**
   * Where redirects are followed to. `any`: other origins, too, without credentials, signature and client certificate;
   * never from https to http. `none`: nowhere, each is an error. @default 'same-origin'
   */
  readonly redirect?: 'same-origin' | 'any' | 'none' | undefined;
  /** The longest body that is read into memory, decompressed, in bytes. @default 67108864 (64 MiB) */
  readonly limitBytes?: number | undefined;
}

/** Every key of `RequestSpec`. */
export const SPEC_KEYS: readonly string[] = Object.freeze([
  'method',
  'path',
  'query',
  'headers',
  'json',
  'body',
  'sizeBytes',
  'contentType',
  'expect',
  'xml',
  'idempotent',
  'success',
  'redirect',
  'limitBytes',
]);

/** The answer to a request. */
export interface SdkResponse<T = unknown> {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: T;
  /** The provider's own id of the request. */
  readonly requestId?: string | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly decision: DecisionFacts;
  /** How often the request was sent. */
  readonly attempts: number;
}
