/** Turns a failed answer into a typed error. */
import type { Readable } from 'node:stream';
import type { ProxyError, ResponseError, ResponseErrorInit } from '../../errors.js';
import { MalformedResponseError } from '../../errors.js';
import type { DecisionFacts } from '../../facts.js';
import type { Route } from '../../route/route.js';
import type { ResponseHeaders } from '../../transport/response-headers.js';
import { redact } from './redact.js';
import { collect } from '../content/collect.js';
import type { RequestContext } from '../context.js';
import { decompress } from '../content/decompress.js';
import type { HeaderBag } from '../content/header-bag.js';
import { note } from '../error-notes.js';
import type { ProviderError } from '../hooks.js';
import { answerOfProxy, isLikelyOfProxy } from './proxy-answer.js';
import { rateLimitOf } from './rate-limit.js';
import { requestIdOf } from './request-id.js';
import type { SdkResponse } from '../request-spec.js';
import type { Unfollowed } from './redirection.js';
import { CHECK_ENDPOINT } from './redirection.js';
import { retryAfterMs } from './retry-after.js';
import { pathOf, secretsOf } from './shown.js';
import { classOfStatus } from './status-class.js';
import { decodeXml } from '../content/xml-decode.js';

/** A longer page is not the error body of an API. */
const ERROR_LIMIT_BYTES = 1024 * 1024;

/**
 * The error for an answer whose status is a failure.
 * @param redirect what it says of another place, and why that was not followed.
 */
export async function failureOf(
  context: RequestContext,
  answer: SdkResponse,
  redirect?: Unfollowed,
): Promise<ProxyError | ResponseError> {
  const { status, headers } = answer;
  const route = context.route as Route;
  const body = await errorBody(context, answer);
  const ofProxy = answerOfProxy(route, status, headers, context.decision as DecisionFacts);
  if (ofProxy !== undefined) return ofProxy;
  const path = pathOf(context);
  const told = readable(
    context.hooks.parseError({
      status,
      headers,
      body,
      method: context.method,
      path,
      sent: context.journal.sent as HeaderBag,
    }),
  );
  const secrets = secretsOf(context);
  const what = redirect === undefined ? '' : `, ${redirect.what}`;
  const message = told.message === undefined ? '' : `: ${redact(told.message, secrets)}`;
  const Class = told.class ?? classOfStatus(status);
  const error = new Class(
    `${redact(`${context.method} ${path}`, secrets)} was answered ${status}${what}${message}`,
    {
      ...factsOf(context, answer),
      ...(told.requestId === undefined ? {} : { requestId: redact(told.requestId, secrets) }),
      providerCode: told.code === undefined ? undefined : redact(told.code, secrets),
      retryAfterMs: retryAfterMs(headers) ?? told.retryAfterMs,
      body,
      // The proxy may have made this answer, though nothing in it says so.
      maybeFromProxy: route.way === 'forward' ? true : undefined,
      hint: hintOf(route, status, redirect),
    },
  );
  if (told.retryable !== undefined) note(error, { unprocessed: told.retryable });
  return error;
}

/** What a driver read from a body that is not what its API promises: what should be text may be anything. */
function readable(told: ProviderError): ProviderError {
  const { message, code, requestId, ...rest } = (told as ProviderError | null) ?? {};
  return { ...rest, message: textOf(message), code: textOf(code), requestId: textOf(requestId) };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function hintOf(
  route: Route,
  status: number,
  redirect: Unfollowed | undefined,
): string | undefined {
  if (redirect !== undefined) {
    // A proxy that redirects to a page of its own looks like this.
    return route.way === 'forward' ? `${redirect.hint} ${tunnelHint(route)}` : redirect.hint;
  }
  if (status >= 300 && status < 400) return CHECK_ENDPOINT;
  return route.way === 'forward' && isLikelyOfProxy(status) ? tunnelHint(route) : undefined;
}

/** The error for a body that is not what was asked for. Nothing of the body is quoted: it may hold anything. */
export function malformed(
  context: RequestContext,
  answer: SdkResponse,
  what: string,
  hint?: string,
): MalformedResponseError {
  const route = context.route as Route;
  const type = answer.headers.get('content-type');
  const secrets = secretsOf(context);
  const told = type === undefined ? '' : ` (Content-Type ${redact(type, secrets).slice(0, 80)})`;
  const request = redact(`${context.method} ${pathOf(context)}`, secrets);
  return new MalformedResponseError(
    `${request} was answered ${answer.status}, but ${what}${told}`,
    {
      ...factsOf(context, answer),
      hint: hint ?? (route.way === 'forward' ? tunnelHint(route) : undefined),
      maybeFromProxy: route.way === 'forward' ? true : undefined,
    },
  );
}

function factsOf(context: RequestContext, { status, headers }: SdkResponse): ResponseErrorInit {
  const requestId = requestIdOf(headers);
  return {
    status,
    requestId: requestId === undefined ? undefined : redact(requestId, secretsOf(context)),
    rateLimit: rateLimitOf(headers),
    decision: context.decision,
  };
}

function tunnelHint(route: Route): string {
  return `The proxy ${route.proxy?.href ?? ''} may have answered this itself. With httpProxy: { url, tunnel: 'always' } its answers cannot be mistaken for the origin's.`;
}

/** The body as JSON, XML or text, by its Content-Type and then by how it begins; `undefined` if it cannot be read. */
async function errorBody(context: RequestContext, answer: SdkResponse): Promise<unknown> {
  const stream = answer.body as Readable;
  if (context.method === 'HEAD') {
    letGo(stream);
    return undefined;
  }
  try {
    const bytes = await collect(stream, ERROR_LIMIT_BYTES);
    const coding = answer.headers.get('content-encoding');
    const plain = coding === undefined ? bytes : await decompress(bytes, coding, ERROR_LIMIT_BYTES);
    return await parsed(plain.toString('utf8'), answer.headers);
  } catch {
    if (context.signal?.aborted) throw context.signal.reason;
    return undefined; // the status stands, whatever becomes of the body
  }
}

async function parsed(text: string, headers: ResponseHeaders): Promise<unknown> {
  if (text.trim() === '') return undefined;
  const type = headers.get('content-type') ?? '';
  try {
    if (/[/+]json\b/i.test(type) || /^\s*[[{]/.test(text)) return JSON.parse(text) as unknown;
    if (/[/+]xml\b/i.test(type) || /^\s*<\?xml/.test(text)) return await decodeXml(text);
  } catch {
    // Then it is treated as a text.
  }
  return text;
}

/** Discards the rest of a body that nobody needs. */
export function letGo(stream: Readable): void {
  stream.on('error', () => undefined);
  stream.resume();
}
