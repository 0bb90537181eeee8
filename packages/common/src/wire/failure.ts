/**
 * What goes wrong on the way to the origin and with its answer, and the timers of both. With `proxy-failure.ts`
 * and `socks-failure.ts` the one boundary where a failure below HTTP becomes an error of the SDK.
 */
import { ConfigurationError, ConnectionError, TimeoutError, TlsError } from '../errors.js';
import type { RequestSent, SdkError, TimeoutPhase } from '../errors.js';
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

/** TCP to the origin failed, or the unix socket that stands for it could not be opened. */
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
            'Check the endpoint; where only a proxy leads out, set httpProxy or HTTPS_PROXY.')
          : 'Check socketPath of the transport, that a server listens there, and who may open it.',
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
    hint:
      phase === 'proxy'
        ? 'Check the proxy; one of another kind than the scheme of its URL may be silent, too. timeouts.proxyMs bounds this wait.'
        : `timeouts.${phase}Ms bounds this wait.`,
  });
}

/** A timer of the exchange fired. */
export function exchangeTimedOut(
  phase: TimeoutPhase,
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
        ? `${whom} was silent for ${timeoutMs} ms while a body travelled`
        : `The call to ${whom} took longer than its total of ${timeoutMs} ms`;
  return new TimeoutError(what, {
    phase,
    timeoutMs,
    requestSent,
    retryable: phase !== 'total',
    hint: `timeouts.${phase}Ms bounds this wait.`,
  });
}

const FORWARD_HINT =
  "Check that the port is a proxy's; a proxy that expects TLS is written https://, a SOCKS proxy socks5h://.";

/** The exchange broke after a socket was given to the request. */
export function exchangeFailed(
  origin: Origin,
  route: Route,
  cause: unknown,
  facts: { readonly requestSent: RequestSent; readonly reusedSocket: boolean },
): SdkError {
  const code = codeOf(cause) || 'UNKNOWN';
  // With TLS 1.3 the peer tells after the handshake that it does not accept our certificate, and reads no request then.
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
    hint:
      route.way === 'forward' && facts.requestSent !== 'yes' && !facts.reusedSocket
        ? FORWARD_HINT
        : undefined,
    ...facts,
  });
}

/** The proxy may be the one that fell silent or broke off: nobody can tell from here. */
function viaOf({ proxy }: Route): string {
  return proxy === undefined ? '' : ` through the proxy ${proxy.href}`;
}

function tlsHint(origin: Origin, route: Route, code: string, cause: unknown): string {
  if (speaksPlain(code, cause))
    return `${origin.authority} answers plain HTTP: write http:// in the endpoint.`;
  if (isAboutOurCertificate(code))
    return 'The origin asks for a client certificate: give one that it accepts as tls.cert with tls.key, or as tls.pfx.';
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
