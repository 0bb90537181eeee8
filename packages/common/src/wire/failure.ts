/**
 * The errors for failures on the way to the origin and in its answer, timeouts included. Only here, in `proxy-failure.ts`
 * and in `socks-failure.ts` does a failure below HTTP become an error of the SDK.
 */
import { ConfigurationError, ConnectionError, TimeoutError, TlsError } from '../errors.js';
import type { RequestSent, SdkError } from '../errors.js';
import type { Origin } from '../route/origin.js';
import type { Route } from '../route/route.js';
import { isLookupFailure } from './lookup.js';
import {
  bare,
  codeOf,
  hasNoTlsInCommon,
  isAboutOurCertificate,
  isTlsAlert,
  localAddressHint,
  speaksPlain,
} from './node-error.js';
import { proxyTlsFailed } from './proxy-failure.js';

/** TCP to the origin failed, or the unix socket that is used instead could not be opened. */
export function originUnreachable(origin: Origin, cause: unknown, socketPath?: string): SdkError {
  const code = codeOf(cause);
  const by = socketPath === undefined ? '' : ` by the unix socket ${socketPath}`;
  return new ConnectionError(
    isLookupFailure(cause)
      ? `No address for the name "${origin.hostname}" (${code || 'no code'})`
      : `${origin.href} could not be reached${by} (${code || 'no code'})`,
    {
      reason: code || 'UNKNOWN',
      requestSent: 'no',
      retryable: true,
      hint:
        socketPath === undefined
          ? (localAddressHint(cause) ??
            'Check the endpoint. If this network needs a proxy, set httpProxy or HTTPS_PROXY.')
          : 'Check socketPath of the transport, that a server listens there, and that this process may open it.',
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
        hint: 'Check that the port speaks TLS. A firewall may cut connections to names that it forbids.',
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

/** The timer of the proxy fired, or that of the queue for a socket. */
export function dialTimedOut(phase: 'proxy' | 'pool', timeoutMs: number, where: string): SdkError {
  const [what, hint] = {
    proxy: [
      `The proxy ${where} did not open a way`,
      'Check that the proxy is running and that its URL has the right scheme (http, https, socks5h). timeouts.proxyMs sets this limit.',
    ],
    pool: [
      `No socket to ${where} came free`,
      'Read each body to its end or destroy it, since it holds a socket, or raise maxSockets of the transport. timeouts.poolMs sets this limit.',
    ],
  }[phase] as [string, string];
  return new TimeoutError(`${what} within ${timeoutMs} ms`, {
    phase,
    timeoutMs,
    requestSent: 'no',
    // A proxy that accepted the connection and then did not answer will not answer again; only the next one of a list can help.
    retryable: phase !== 'proxy',
    hint,
  });
}

/** The timer of TCP and TLS with the origin fired, inside a tunnel or not. */
export function connectTimedOut(timeoutMs: number, origin: Origin, route: Route): SdkError {
  const remedy =
    route.proxy === undefined
      ? 'Check the endpoint and the firewall. If this network needs a proxy, set httpProxy or HTTPS_PROXY.'
      : 'Check the endpoint, and that its port speaks TLS: the proxy has opened a way to it.';
  return new TimeoutError(
    `No connection to ${origin.href}${viaOf(route)} was made within ${timeoutMs} ms`,
    {
      phase: 'connect',
      timeoutMs,
      requestSent: 'no',
      retryable: true,
      hint: `${remedy} timeouts.connectMs sets this limit.`,
    },
  );
}

/** A timer of the exchange fired. */
export function exchangeTimedOut(
  phase: 'headers' | 'idle' | 'total',
  timeoutMs: number,
  origin: Origin,
  route: Route,
  requestSent: RequestSent,
): SdkError {
  const whom = `${origin.href}${viaOf(route)}`;
  const what =
    phase === 'headers'
      ? `${whom} did not answer within ${timeoutMs} ms of the request`
      : phase === 'idle'
        ? `${whom} was silent for ${timeoutMs} ms while a body was being transferred`
        : `The call to ${whom} took longer than its total of ${timeoutMs} ms`;
  const limit = `timeouts.${phase}Ms sets this limit.`;
  return new TimeoutError(what, {
    phase,
    timeoutMs,
    requestSent,
    retryable: phase !== 'total',
    hint:
      phase === 'headers' && route.way === 'forward'
        ? `Nobody can tell whether the proxy was silent or the origin: tunnel: 'always' shows it. ${limit}`
        : limit,
  });
}

const FORWARD_HINT =
  'Check that a proxy listens at this port. Write https:// for a proxy that expects TLS, socks5h:// for a SOCKS proxy.';

/** The exchange broke after a socket was given to the request. */
export function exchangeFailed(
  origin: Origin,
  route: Route,
  cause: unknown,
  facts: { readonly requestSent: RequestSent; readonly reusedSocket: boolean },
): SdkError {
  const code = codeOf(cause) || 'UNKNOWN';
  // With TLS 1.3 the peer refuses our certificate only after the handshake, and then reads no request.
  if (isTlsAlert(cause) && facts.requestSent !== 'yes' && !facts.reusedSocket) {
    if (route.way === 'forward' && route.proxy.protocol === 'https:')
      return proxyTlsFailed(route.proxy, cause);
    if (origin.protocol === 'https:') return originTlsFailed(origin, route, cause);
  }
  const via = viaOf(route);
  const what = code.startsWith('HPE_')
    ? `The answer of ${origin.href}${via} is not HTTP (${code})`
    : facts.requestSent === 'yes'
      ? `The answer of ${origin.href}${via} broke off (${code})`
      : `The connection to ${origin.href}${via} broke before an answer came (${code})`;
  return new ConnectionError(what, {
    reason: code,
    retryable: !code.startsWith('HPE_'),
    cause: bare(cause),
    hint: facts.requestSent === 'yes' || facts.reusedSocket ? undefined : brokenHint(origin, route),
    ...facts,
  });
}

/** What may help where a new connection broke before any answer came. */
function brokenHint({ protocol }: Origin, { way }: Route): string | undefined {
  if (way === 'forward') return FORWARD_HINT;
  return protocol === 'http:'
    ? 'If the port of the endpoint speaks TLS, write https:// there.'
    : undefined;
}

/** The proxy may be the one that was silent or broke off: nobody can tell from here. */
function viaOf({ proxy }: Route): string {
  return proxy === undefined ? '' : ` through the proxy ${proxy.href}`;
}

function tlsHint(origin: Origin, route: Route, code: string, cause: unknown): string {
  if (speaksPlain(code, cause)) {
    // Never advised where the words may be the proxy's: credentials would then go in clear.
    return route.proxy === undefined
      ? `${origin.authority} answers plain HTTP: write http:// in the endpoint.`
      : `What came through the tunnel of ${route.proxy.href} is not TLS: the proxy may have answered itself (a login or an error page), or the port of the endpoint speaks plain HTTP.`;
  }
  if (isAboutOurCertificate(code))
    return 'The origin asks for a client certificate. Give one that it accepts, as tls.cert with tls.key or as tls.pfx.';
  if (code === 'CERT_HAS_EXPIRED') return "The origin's certificate has expired.";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "The certificate is for another name: check the endpoint, or give the certificate's name as tls.servername.";
  }
  if (hasNoTlsInCommon(code))
    return 'The origin and this process have no version of TLS in common: check tls.minVersion, and what the origin supports.';
  const add = 'Add the authority that signed the certificate to tls.ca';
  return route.proxy === undefined
    ? `${add}.`
    : `${add}; behind an intercepting proxy that is the proxy's own authority.`;
}
