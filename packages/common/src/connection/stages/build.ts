/** The first stage: checks and prepares once everything that is known of a request before it is sent. */
import { ConfigurationError } from '../../errors.js';
import { checkRecord, kindOf, own, seen } from '../../option-keys.js';
import type { Origin } from '../../route/origin.js';
import type { Body } from '../content/body.js';
import { bodyFrom } from '../content/body.js';
import { addCallHeaders } from '../options/call-headers.js';
import { checkKeys } from '../options/call-options.js';
import type { RequestContext } from '../context.js';
import { HeaderBag, type HeaderRecord } from '../content/header-bag.js';
import type { HookContext, Hooks } from '../hooks.js';
import { Journal } from '../journal.js';
import { checkedCall } from '../options/checked-call.js';
import { checkedSignal } from '../options/option-objects.js';
import type { Limiter } from '../settings/limiter.js';
import type { NestedOptions } from '../nested.js';
import { nestedOptions, settingsFor } from '../nested.js';
import type { CallOptions } from '../options/options.js';
import { CALL_KEYS } from '../options/options.js';
import {
  checkedIdempotent,
  checkedRedirect,
  checkedSuccess,
  checkedXml,
} from '../options/spec-checks.js';
import type { Expectation, RequestBody, RequestSpec } from '../request-spec.js';
import { SPEC_KEYS } from '../request-spec.js';
import { targetPath, withQuery } from '../content/request-target.js';
import type { Settings } from '../settings/settings.js';
import { deadlineOf } from '../options/shared-deadline.js';

/** What a connection adds to each of its requests. */
export interface Place {
  readonly hooks: Hooks;
  readonly settings: Settings;
  readonly origin: Origin;
  /** The endpoint's path, without a slash at its end. */
  readonly basePath: string;
  readonly purpose: string;
  /** What its requests pass to nested ones if the call has no options. */
  readonly nested: NestedOptions;
  readonly limiter: Limiter | undefined;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
]);
/** `Accept` and `Accept-Encoding` for each kind of body. What is returned as stored is asked for without compression. */
const ACCEPT: Readonly<Record<Expectation, readonly [accept: string, encoding: string]>> = {
  json: ['application/json', 'gzip, deflate, br'],
  xml: ['application/xml', 'gzip, deflate, br'],
  text: ['*/*', 'gzip, deflate, br'],
  bytes: ['*/*', 'identity'],
  stream: ['*/*', 'identity'],
  none: ['*/*', 'identity'],
};
const NO_HOPS: readonly string[] = Object.freeze([]);
const DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024;
const NO_OPTIONS: CallOptions = Object.freeze(ownCall(Object.create(null) as CallOptions));

/** @throws ConfigurationError that names what is wrong; nothing has been sent. */
export function build(
  place: Place,
  given: RequestSpec,
  options: CallOptions | undefined,
): RequestContext {
  const { hooks, origin, purpose } = place;
  place.settings.checkOpen();
  const spec = ownSpec(given);
  const call = options === undefined ? NO_OPTIONS : ownCall(options);
  const settings = settingsFor(place.settings, options);
  const signal = checkedSignal(call.signal);
  if (signal?.aborted) throw signal.reason;
  if (typeof spec.method !== 'string' || !TOKEN.test(spec.method)) {
    throw new ConfigurationError(`method must be an HTTP method, this is ${kindOf(spec.method)}`, {
      field: 'method',
    });
  }
  // Node writes the method in capitals. What is signed, repeated and compared must be what is sent, under every engine.
  const method = spec.method.toUpperCase();
  // These are read before they are copied for nested requests, so that an unreadable option is refused here.
  const { callLevel, timeouts, retry, onProgress } = checkedCall(settings, call);
  const nested = options === undefined ? place.nested : nestedOptions(settings, call);
  const hookContext: HookContext = { method, origin, purpose, spec, attempt: 0, signal, nested };
  const expect = method === 'HEAD' ? 'none' : expectationOf(spec.expect);
  const [accept, encoding] = ACCEPT[expect];
  const bag = new HeaderBag([
    'User-Agent',
    settings.userAgent,
    'Accept',
    accept,
    'Accept-Encoding',
    encoding,
  ]);
  const body = bodyOf(hooks, spec, bag, onProgress);
  const target = withQuery(targetPath(place.basePath, spec.path), hooks.defaultQuery(hookContext));
  addHeaders(bag, hooks.defaultHeaders(hookContext));
  if (spec.headers !== undefined) addHeaders(bag, spec.headers);
  if (call.headers !== undefined) addCallHeaders(bag, call.headers);
  // One literal with every member: the stages copy this object, and copying is fast only for a fixed shape.
  return {
    method,
    origin,
    purpose,
    spec,
    attempt: 0,
    signal,
    nested,
    hooks,
    settings,
    limiter: place.limiter,
    path: withQuery(target, spec.query),
    headers: bag.toFlat(),
    body,
    expect,
    limitBytes: limitOf(spec.limitBytes),
    idempotent: spec.idempotent ?? IDEMPOTENT.has(method),
    timeouts,
    retry,
    callLevel,
    onProgress,
    journal: new Journal(),
    hops: NO_HOPS,
    withheld: false,
    deadlineAt: deadlineOf(options)?.at,
    choice: undefined,
    decision: undefined,
    candidate: undefined,
    route: undefined,
    freshSocket: false,
    bag: undefined,
  };
}

/** A copy of the request's own members. */
function ownSpec(given: RequestSpec): RequestSpec {
  checkKeys(given, SPEC_KEYS, 'request');
  return {
    method: own(given, 'method') as string,
    path: own(given, 'path') as string,
    query: own(given, 'query'),
    headers: own(given, 'headers'),
    json: own(given, 'json'),
    body: own(given, 'body'),
    sizeBytes: own(given, 'sizeBytes'),
    contentType: own(given, 'contentType'),
    expect: own(given, 'expect'),
    xml: checkedXml(own(given, 'xml')),
    idempotent: checkedIdempotent(own(given, 'idempotent')),
    success: checkedSuccess(own(given, 'success')),
    redirect: checkedRedirect(own(given, 'redirect')),
    limitBytes: own(given, 'limitBytes'),
  };
}

/** A copy of the call's own options. */
function ownCall(given: CallOptions): CallOptions {
  checkKeys(given, CALL_KEYS, 'call options');
  return {
    httpProxy: own(given, 'httpProxy'),
    noProxy: own(given, 'noProxy'),
    timeouts: own(given, 'timeouts'),
    retry: own(given, 'retry'),
    signal: own(given, 'signal'),
    headers: own(given, 'headers'),
    onProgress: own(given, 'onProgress'),
  };
}

function expectationOf(expect: Expectation | undefined): Expectation {
  if (expect === undefined) return 'json';
  if (Object.hasOwn(ACCEPT, expect)) return expect;
  throw new ConfigurationError(
    `expect must be one of ${Object.keys(ACCEPT).join(', ')}, this is ${kindOf(expect)}`,
    {
      field: 'expect',
    },
  );
}

function bodyOf(
  hooks: Hooks,
  spec: RequestSpec,
  bag: HeaderBag,
  onProgress: CallOptions['onProgress'],
): Body | undefined {
  if (spec.json !== undefined && spec.body !== undefined) {
    throw new ConfigurationError('A request cannot have both json and body', {
      field: 'body',
      hint: 'Give one.',
    });
  }
  if (spec.json === undefined && spec.body === undefined) return undefined;
  let contentType = spec.contentType;
  let raw: RequestBody;
  if (spec.body === undefined) {
    const encoded = hooks.encodeBody(spec.json);
    contentType ??= encoded.contentType;
    raw = encoded.body;
  } else raw = spec.body;
  if (contentType !== undefined) bag.set('Content-Type', contentType);
  const body = bodyFrom(raw, spec.sizeBytes, onProgress);
  if (body.streams && body.sizeBytes !== undefined)
    bag.set('Content-Length', String(body.sizeBytes));
  return body;
}

function addHeaders(bag: HeaderBag, headers: HeaderRecord): void {
  checkRecord(headers, 'headers', 'names and values');
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) bag.set(name, value);
  }
}

function limitOf(limitBytes: number | undefined): number {
  if (limitBytes === undefined) return DEFAULT_LIMIT_BYTES;
  if (typeof limitBytes === 'number' && limitBytes >= 0) return limitBytes;
  throw new ConfigurationError(
    `limitBytes must be a number of bytes from 0, this is ${seen(limitBytes)}`,
    {
      field: 'limitBytes',
    },
  );
}
