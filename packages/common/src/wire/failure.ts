/**
 * The one boundary where a failure below HTTP becomes an error of the SDK. A failure of the proxy is a `ProxyError` until
 * the tunnel stands; what comes after is the origin's.
 */
import { isNativeError } from 'node:util/types';
import {
  ConfigurationError,
  ConnectionError,
  ProxyError,
  TimeoutError,
  TlsError,
} from '../errors.js';
import type { RequestSent, SdkError, TimeoutPhase, TransportError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import type { ProxyServer } from '../route/proxy-server.js';
import type { Route } from '../route/route.js';
import type { TunnelAnswer } from './tunnel-answer.js';

const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

/** Node's code of an error, e.g. `ECONNREFUSED`; `''` where it has none. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Node hangs more on some errors than may be passed on: the bytes of an answer, a certificate. */
function bare(cause: unknown): unknown {
  if (!isNativeError(cause)) return undefined;
  const { code } = cause as { code?: unknown };
  const copy = Object.assign(new Error(cause.message), typeof code === 'string' ? { code } : {});
  copy.name = cause.name;
  copy.stack = cause.stack ?? '';
  return copy;
}

/** TCP to the proxy failed. */
export function proxyUnreachable(proxy: ProxyServer, cause: unknown): SdkError {
  const code = codeOf(cause);
  const nameless = NAME_NOT_FOUND.has(code);
  return new ProxyError(
    nameless
      ? `The proxy ${proxy.href} was not found: no address for the name "${proxy.host}" (${code})`
      : `The proxy ${proxy.href} could not be reached (${code || 'no code'})`,
    {
      phase: nameless ? 'resolve' : 'connect',
      proxy: proxy.href,
      requestSent: 'no',
      retryable: true,
      hint: 'Check the host and port of the proxy setting, and that the proxy is running.',
      cause: bare(cause),
    },
  );
}

/** TLS to an `https:` proxy failed. */
export function proxyTlsFailed(proxy: ProxyServer, cause: unknown): SdkError {
  if (cause instanceof ConfigurationError) return cause;
  const code = codeOf(cause);
  const plain = speaksPlain(code, cause);
  return new ProxyError(`TLS to the proxy ${proxy.href} failed (${code || 'no code'})`, {
    phase: 'tls',
    proxy: proxy.href,
    requestSent: 'no',
    retryable: code === 'ECONNRESET',
    hint: plain
      ? 'The proxy answers plain HTTP: write http:// in the proxy setting. It still tunnels https: targets.'
      : "Add the authority that signed the proxy's certificate to httpProxy.tls.ca; tls.ca is for the origin.",
    cause: bare(cause),
  });
}

/** The proxy answered CONNECT with a refusal. */
export function tunnelRefused(proxy: ProxyServer, target: string, answer: TunnelAnswer): SdkError {
  const { status } = answer;
  // tinyproxy answers a wrong password with 401.
  const auth = status === 407 || status === 401;
  const offered = valuesOf(answer, 'proxy-authenticate').concat(
    auth ? valuesOf(answer, 'www-authenticate') : [],
  );
  const reason = reasonOf(answer);
  return new ProxyError(
    auth
      ? `The proxy ${proxy.href} ${proxy.username === null ? 'asks for credentials' : 'refused the credentials'} (${status})`
      : `The proxy ${proxy.href} refused a tunnel to ${target} (${status}${reason === undefined ? '' : `: ${reason}`})`,
    {
      phase: auth ? 'auth' : 'tunnel',
      proxy: proxy.href,
      status,
      requestSent: 'no',
      retryable: status === 502 || status === 503 || status === 504 || status === 429,
      hint: auth ? authHint(proxy, offered) : refusalHint(status),
    },
  );
}

/** How an answer to CONNECT can be no answer. */
export type TunnelBreak = 'closed' | 'cut off' | 'garbage' | 'tls' | 'header too large';

const BREAKS: Record<TunnelBreak, readonly [message: string, hint: string]> = {
  closed: [
    'closed the connection without an answer to CONNECT',
    "Check that the port is a proxy's, and the proxy's log; a proxy that expects TLS is written https://.",
  ],
  'cut off': ['closed the connection within its answer to CONNECT', "Check the proxy's log."],
  garbage: [
    'answered CONNECT with something that is not HTTP',
    "Check that the port is an HTTP proxy's.",
  ],
  tls: ['answered CONNECT in TLS', 'The proxy expects TLS: write https:// in the proxy setting.'],
  'header too large': [
    'answered CONNECT with a header above 64 KiB',
    "Check that the port is a proxy's.",
  ],
};

/** The proxy's answer to CONNECT was none. */
export function tunnelBroken(
  proxy: ProxyServer,
  target: string,
  how: TunnelBreak,
  cause?: unknown,
): SdkError {
  const [message, hint] = BREAKS[how];
  return new ProxyError(`The proxy ${proxy.href} ${message} ${target}`, {
    phase: 'tunnel',
    proxy: proxy.href,
    requestSent: 'no',
    retryable: how === 'closed' || how === 'cut off',
    hint,
    cause: bare(cause),
  });
}

/** TCP to the origin failed. */
export function originUnreachable(origin: Origin, cause: unknown): SdkError {
  const code = codeOf(cause);
  return new ConnectionError(
    NAME_NOT_FOUND.has(code)
      ? `No address for the name "${origin.hostname}" (${code})`
      : `${origin.href} could not be reached (${code || 'no code'})`,
    {
      reason: code || 'UNKNOWN',
      requestSent: 'no',
      retryable: true,
      hint: 'Check the endpoint; where only a proxy leads out, set httpProxy or HTTPS_PROXY.',
      cause: bare(cause),
    },
  );
}

/** TLS to the origin failed, inside a tunnel or not. */
export function originTlsFailed(origin: Origin, route: Route, cause: unknown): SdkError {
  if (cause instanceof ConfigurationError) return cause;
  const code = codeOf(cause);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new ConnectionError(
      `${origin.href} closed the connection within the TLS handshake (${code})`,
      {
        reason: code,
        requestSent: 'no',
        retryable: true,
        cause: bare(cause),
      },
    );
  }
  return new TlsError(`TLS to ${origin.href} failed (${code || 'no code'})`, {
    reason: code || 'UNKNOWN',
    requestSent: 'no',
    retryable: false,
    hint: tlsHint(origin, route, code, cause),
    cause: bare(cause),
  });
}

/** A timer of the dial fired. */
export function dialTimedOut(
  phase: 'proxy' | 'connect' | 'pool',
  timeoutMs: number,
  where: string,
): SdkError {
  const what = {
    proxy: `The proxy ${where} did not open a way`,
    connect: `${where} did not accept a connection`,
    pool: `No socket to ${where} came free`,
  }[phase];
  return new TimeoutError(`${what} within ${timeoutMs} ms`, {
    phase,
    timeoutMs,
    requestSent: 'no',
    // A proxy that took the connection and fell silent will be silent again; the remedy is the next of a list.
    retryable: phase !== 'proxy',
    hint: `timeouts.${phase}Ms bounds this wait.`,
  });
}

/** A timer of the exchange fired. */
export function exchangeTimedOut(
  phase: TimeoutPhase,
  timeoutMs: number,
  { href }: Origin,
  requestSent: RequestSent,
): SdkError {
  const what =
    phase === 'headers'
      ? `${href} did not answer within ${timeoutMs} ms of the request`
      : phase === 'idle'
        ? `${href} was silent for ${timeoutMs} ms while a body travelled`
        : `The call to ${href} took longer than its total of ${timeoutMs} ms`;
  return new TimeoutError(what, {
    phase,
    timeoutMs,
    requestSent,
    retryable: phase !== 'total',
    hint: `timeouts.${phase}Ms bounds this wait.`,
  });
}

const FORWARD_HINT =
  "Check that the port is a proxy's; a proxy that expects TLS is written https://.";

/** The exchange broke after a socket was given to the request. */
export function exchangeFailed(
  origin: Origin,
  route: Route,
  cause: unknown,
  facts: { readonly requestSent: RequestSent; readonly reusedSocket: boolean },
): TransportError {
  const code = codeOf(cause) || 'UNKNOWN';
  const via = route.proxy === undefined ? '' : ` through the proxy ${route.proxy.href}`;
  const what = code.startsWith('HPE_')
    ? `The answer of ${origin.href}${via} is not HTTP (${code})`
    : facts.requestSent === 'yes'
      ? `The answer of ${origin.href}${via} broke off (${code})`
      : `The connection to ${origin.href}${via} broke before an answer came (${code})`;
  return new ConnectionError(what, {
    reason: code,
    retryable: !code.startsWith('HPE_'),
    cause: bare(cause),
    hint:
      route.way === 'forward' && facts.requestSent !== 'yes' && !facts.reusedSocket
        ? FORWARD_HINT
        : undefined,
    ...facts,
  });
}

function valuesOf(answer: TunnelAnswer, name: string): string[] {
  return answer.headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
}

function authHint(proxy: ProxyServer, offered: readonly string[]): string {
  const schemes = [
    ...new Set(offered.map((value) => /^[\w-]+/.exec(value)?.[0]).filter(Boolean)),
  ].join(', ');
  const asked = schemes === '' ? '' : ` The proxy offers: ${schemes}.`;
  return proxy.username === null
    ? `Give the proxy's credentials in the URL (http://user:password@host:port) or as httpProxy.credentials.${asked}`
    : `Basic credentials were sent; check the user name and the password (percent-encode them in a URL).${asked}`;
}

function refusalHint(status: number): string {
  if (status === 403)
    return 'The proxy forbids this target: ask who runs it, or bypass it with NO_PROXY.';
  if (status === 502 || status === 503 || status === 504)
    return 'The proxy could not reach the target.';
  return 'Check that the port is a forward proxy that allows CONNECT to this port.';
}

function tlsHint(origin: Origin, route: Route, code: string, cause: unknown): string {
  if (speaksPlain(code, cause))
    return `${origin.authority} answers plain HTTP: write http:// in the endpoint.`;
  if (code === 'CERT_HAS_EXPIRED') return "The origin's certificate has expired.";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "The certificate is for another name: check the endpoint, or give the certificate's name as tls.servername.";
  }
  const add = 'Add the authority that signed the certificate to tls.ca';
  return route.proxy === undefined
    ? `${add}.`
    : `${add}; behind an intercepting proxy that is the proxy's own authority.`;
}

/** OpenSSL's word for a peer that answered in clear. */
function speaksPlain(code: string, cause: unknown): boolean {
  const message = cause instanceof Error ? cause.message : '';
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    /wrong version number|packet length too long/.test(message)
  );
}

/**
 * The proxy's own word for its refusal (RFC 9209 §2.3, squid's error names). Only the word: the rest of such a header is
 * free text, and a proxy may echo in it what it was sent.
 */
function reasonOf(answer: TunnelAnswer): string | undefined {
  const status = valuesOf(answer, 'proxy-status').join(', ');
  const squid = valuesOf(answer, 'x-squid-error').join(', ');
  return (
    /;\s*error=([a-z_]{1,40})(?![\w-])/.exec(status)?.[1] ?? /\bERR_[A-Z_]{1,40}\b/.exec(squid)?.[0]
  );
}

/** A proxy asked for credentials in absolute-form, where only a proxy sends 407. */
export function forwardRefused(
  proxy: ProxyServer,
  status: number,
  rawHeaders: readonly string[],
): SdkError {
  const headers: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string]);
  }
  return tunnelRefused(proxy, 'the target', { status, headers });
}
