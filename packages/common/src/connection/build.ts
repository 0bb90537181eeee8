/** The first stage: everything that can be known of a request before it is sent, checked and laid out once. */
import { ConfigurationError } from '../errors.js';
import { checkKeys, kindOf } from '../option-keys.js';
import type { Origin } from '../origin.js';
import { compileLevel } from '../proxy/setting.js';
import type { Body } from './body.js';
import { bodyFrom } from './body.js';
import { addCallHeaders } from './call-headers.js';
import type { RequestContext } from './context.js';
import { HeaderBag } from './header-bag.js';
import type { HeaderRecord, HookContext, Hooks } from './hooks.js';
import { checkedFunction, checkedSignal } from './option-objects.js';
import type { CallOptions } from './options.js';
import { CALL_KEYS } from './options.js';
import { ownMembers, seen } from './own-members.js';
import type { Expectation, RequestBody, RequestSpec } from './request-spec.js';
import { SPEC_KEYS } from './request-spec.js';
import { targetPath, withQuery } from './request-target.js';
import { withRetry } from './retry-option.js';
import type { Settings } from './settings.js';
import { withTimeouts } from './timeouts-option.js';

/** What a connection brings to each of its requests. */
export interface Place {
  readonly hooks: Hooks;
  readonly settings: Settings;
  readonly origin: Origin;
  /** The endpoint's path, without a slash at its end. */
  readonly basePath: string;
  readonly purpose: string;
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
/** What is asked for, by what the body shall become. Bytes that are handed over as stored are asked for as stored. */
const ACCEPT: Readonly<Record<Expectation, readonly [accept: string, encoding: string]>> = {
  json: ['application/json', 'gzip, deflate, br'],
  xml: ['application/xml', 'gzip, deflate, br'],
  text: ['*/*', 'gzip, deflate, br'],
  bytes: ['*/*', 'identity'],
  stream: ['*/*', 'identity'],
  none: ['*/*', 'identity'],
};
const DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024;
/** Without a prototype: what hangs on `Object.prototype` is nobody's option. */
const NO_OPTIONS: CallOptions = Object.freeze(Object.create(null) as CallOptions);

/** @throws ConfigurationError that names what is wrong; nothing has been sent. */
export function build(
  place: Place,
  given: RequestSpec,
  options: CallOptions | undefined,
): RequestContext {
  const { hooks, settings, origin } = place;
  settings.checkOpen();
  checkKeys(given, SPEC_KEYS, 'request');
  const spec = ownMembers(given, 'request');
  const call = options === undefined ? NO_OPTIONS : checkedCall(options);
  const signal = checkedSignal(call.signal);
  if (signal?.aborted) throw signal.reason;
  const { method } = spec;
  if (typeof method !== 'string' || !TOKEN.test(method)) {
    throw new ConfigurationError(`method must be an HTTP method, this is ${kindOf(method)}`, {
      field: 'method',
    });
  }
  const hookContext: HookContext = {
    method,
    origin,
    purpose: place.purpose,
    spec,
    attempt: 0,
    signal,
    nested: options === undefined ? NO_OPTIONS : nestedOptions(call),
  };
  const expect = method === 'HEAD' ? 'none' : expectationOf(spec.expect);
  const onProgress = checkedFunction(call.onProgress, 'onProgress');
  const bag = new HeaderBag();
  const body = bodyOf(hooks, spec, bag, onProgress);
  const target = withQuery(targetPath(place.basePath, spec.path), hooks.defaultQuery(hookContext));
  bag.set('User-Agent', settings.userAgent);
  const [accept, encoding] = ACCEPT[expect];
  bag.set('Accept', accept).set('Accept-Encoding', encoding);
  addHeaders(bag, hooks.defaultHeaders(hookContext));
  if (spec.headers !== undefined) addHeaders(bag, spec.headers);
  if (call.headers !== undefined) addCallHeaders(bag, call.headers);
  return {
    ...hookContext,
    hooks,
    settings,
    path: withQuery(target, spec.query),
    headers: bag.toFlat(),
    body,
    expect,
    limitBytes: limitOf(spec.limitBytes),
    idempotent: spec.idempotent ?? IDEMPOTENT.has(method),
    timeouts: withTimeouts(settings.timeouts, call.timeouts),
    retry: withRetry(settings.retry, call.retry),
    callLevel:
      call.httpProxy === undefined && call.noProxy === undefined
        ? undefined
        : compileLevel(call, 'call'),
    onProgress,
    journal: [],
    deadlineAt: undefined,
    choice: undefined,
    decision: undefined,
    route: undefined,
    bag: undefined,
  };
}

function checkedCall(options: CallOptions): CallOptions {
  checkKeys(options, CALL_KEYS, 'call options');
  return ownMembers(options, 'call options');
}

function nestedOptions({
  httpProxy,
  noProxy,
  timeouts,
  retry,
  signal,
}: CallOptions): HookContext['nested'] {
  return { httpProxy, noProxy, timeouts, retry, signal };
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
