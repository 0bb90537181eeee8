/** Failures before the tunnel is open, or of the proxy in absolute-form: always a `ProxyError`, never the origin's answer. */
import { ConfigurationError, ProxyError } from '../errors.js';
import type { SdkError } from '../errors.js';
import { FORBIDDEN_HINT, UNREACHED_HINT, isGatewayFailure } from '../route/proxy-refusal.js';
import type { ProxyServer } from '../route/proxy-server.js';
import { isLookupFailure } from './lookup.js';
import {
  bare,
  codeOf,
  hasNoTlsInCommon,
  isAboutOurCertificate,
  localAddressHint,
  speaksPlain,
} from './node-error.js';
import { valuesOf, type TunnelAnswer } from './tunnel-answer.js';

/** TCP to the proxy failed. */
export function proxyUnreachable(proxy: ProxyServer, cause: unknown): SdkError {
  const code = codeOf(cause);
  const nameless = isLookupFailure(cause);
  return new ProxyError(
    nameless
      ? `The proxy ${proxy.href} was not found: no address for the name "${proxy.host}" (${code || 'no code'})`
      : `The proxy ${proxy.href} could not be reached (${code || 'no code'})`,
    {
      phase: nameless ? 'resolve' : 'connect',
      proxy: proxy.href,
      requestSent: 'no',
      retryable: true,
      hint:
        localAddressHint(cause) ??
        'Check the host and port of the proxy setting, and that the proxy is running.',
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
    retryable: code === 'ECONNRESET' || code === 'EPIPE',
    hint: plain
      ? 'The proxy answers plain HTTP: write http:// in the proxy setting. It still tunnels https: targets.'
      : proxyTlsHint(proxy, code),
    cause: bare(cause),
  });
}

function proxyTlsHint({ tls }: ProxyServer, code: string): string {
  if (isAboutOurCertificate(code)) {
    return tls?.cert === undefined && tls?.pfx === undefined
      ? 'The proxy asks for a client certificate: give it as httpProxy.tls.cert with httpProxy.tls.key, or as httpProxy.tls.pfx.'
      : 'The proxy does not accept the client certificate of httpProxy.tls.cert (or pfx): check who signed it, and when it expires.';
  }
  if (code === 'CERT_HAS_EXPIRED')
    return "The proxy's certificate has expired: ask the people who run the proxy.";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "The proxy's certificate is for another name: check the host, or give the certificate's name as httpProxy.tls.servername.";
  }
  if (hasNoTlsInCommon(code))
    return 'The proxy and this process have no version of TLS in common: check httpProxy.tls.minVersion, and what the proxy supports.';
  return "Add the authority that signed the proxy's certificate to httpProxy.tls.ca; tls.ca is for the origin.";
}

/** The proxy answered CONNECT with a refusal that is not about credentials. */
export function tunnelRefused(proxy: ProxyServer, target: string, answer: TunnelAnswer): SdkError {
  const { status } = answer;
  const reason = reasonOf(answer);
  const gateway = isGatewayFailure(status);
  return new ProxyError(
    `The proxy ${proxy.href} refused a tunnel to ${target} (${status}${reason === undefined ? '' : `: ${reason}`})`,
    {
      phase: 'tunnel',
      proxy: proxy.href,
      status,
      requestSent: 'no',
      refused: !gateway,
      retryable: gateway || status === 429,
      hint: refusalHint(status),
    },
  );
}

/** The ways in which there was no valid answer to CONNECT. */
export type TunnelBreak = 'closed' | 'cut off' | 'garbage' | 'tls' | 'socks' | 'header too large';

const BREAKS: Record<TunnelBreak, readonly [message: string, hint: string]> = {
  closed: [
    'closed the connection without an answer to CONNECT',
    'Check that a proxy listens at this port, and check its log. Write https:// for a proxy that expects TLS, socks5h:// for a SOCKS proxy.',
  ],
  'cut off': ['closed the connection within its answer to CONNECT', "Check the proxy's log."],
  garbage: [
    'answered CONNECT with something that is not HTTP',
    "Check that the port is an HTTP proxy's.",
  ],
  tls: ['answered CONNECT in TLS', 'The proxy expects TLS: write https:// in the proxy setting.'],
  socks: [
    'answered CONNECT in SOCKS',
    'There is a SOCKS proxy at this port: write socks5h:// in the proxy setting.',
  ],
  'header too large': [
    'answered CONNECT with a header above 64 KiB',
    "Check that the port is a proxy's.",
  ],
};

/** Some servers, Node's among them, refuse a client's certificate like this, and not by an alert. */
const CLOSED_UNDER_TLS =
  "Check the proxy's log; a proxy that asks for a client certificate may close so: give it as httpProxy.tls.cert.";

/** The error for a proxy that gave no valid answer to CONNECT. */
export function tunnelBroken(
  proxy: ProxyServer,
  target: string,
  how: TunnelBreak,
  cause?: unknown,
): SdkError {
  const [message, hint] = BREAKS[how];
  const what = message.replace('CONNECT', () => `CONNECT ${target}`);
  return new ProxyError(`The proxy ${proxy.href} ${what}`, {
    phase: 'tunnel',
    proxy: proxy.href,
    requestSent: 'no',
    retryable: how === 'closed' || how === 'cut off',
    hint: how === 'closed' && proxy.protocol === 'https:' ? CLOSED_UNDER_TLS : hint,
    cause: bare(cause),
  });
}

/**
 * The proxy's own code for its refusal (RFC 9209 §2.3, squid's error names). Only the code: the rest of such a header is free
 * text, and a proxy may echo in it what it received.
 */
function reasonOf(answer: TunnelAnswer): string | undefined {
  const status = valuesOf(answer, 'proxy-status').join(', ');
  const squid = valuesOf(answer, 'x-squid-error').join(', ');
  return (
    /;\s*error=([a-z_]{1,40})(?![\w-])/.exec(status)?.[1] ?? /\bERR_[A-Z_]{1,40}\b/.exec(squid)?.[0]
  );
}

function refusalHint(status: number): string {
  if (status === 403) return FORBIDDEN_HINT;
  if (isGatewayFailure(status)) return UNREACHED_HINT;
  return 'Check that the port is a forward proxy that allows CONNECT to this port.';
}
