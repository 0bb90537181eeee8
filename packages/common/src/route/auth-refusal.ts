/** The one error for a proxy that asks for credentials, or does not accept them. */
import { ProxyError } from '../errors.js';
import type { DecisionFacts } from '../facts.js';
import { UNNAMED } from './proxy-credentials.js';

/** What is known of the refusal. */
export interface AuthRefusal {
  /** The proxy without credentials. */
  readonly proxy: string;
  readonly status: number;
  /** The schemes offered. */
  readonly schemes: readonly string[];
  /** What was sent, in words. */
  readonly tried: readonly string[];
  /** Why nothing more was tried, if the schemes do not show it. */
  readonly why?: string | undefined;
  readonly decision?: DecisionFacts | undefined;
}

/** The ProxyError of phase `auth`: the origin has received nothing of the request. */
export function authRefused(refusal: AuthRefusal): ProxyError {
  const { proxy, status, schemes, tried, why, decision } = refusal;
  const sent = [...new Set(tried)];
  const offers = schemes.length === 0 ? 'no scheme is offered' : `it offers ${schemes.join(', ')}`;
  return new ProxyError(
    sent.length === 0
      ? `The proxy ${proxy} asks for credentials (${status}); ${offers}`
      : `The proxy ${proxy} refused the credentials (${status}); ${offers}; tried: ${sent.join(', ')}`,
    {
      phase: 'auth',
      proxy,
      status,
      requestSent: 'no',
      retryable: false,
      refused: true,
      schemes,
      tried,
      hint: why ?? hintFor(schemes, sent),
      decision,
    },
  );
}

function hintFor(schemes: readonly string[], tried: readonly string[]): string {
  const offered = schemes.map((scheme) => scheme.toLowerCase());
  const offers = schemes.length === 0 ? '' : ` The proxy offers: ${schemes.join(', ')}.`;
  if (tried.length === 0) return `${remedyFor(offered)}${offers}`;
  const sent = `${tried.join(', ')} was sent`;
  if (isUnasked(offered, tried)) {
    const remedy = offered.includes('digest')
      ? 'Give httpProxy.credentials: { username, password } without a scheme.'
      : remedyFor(offered);
    return `${sent}, which the proxy does not offer. ${remedy}${offers}`;
  }
  const remedy = tried.some((scheme) => /^(?:Basic|Digest)/.test(scheme))
    ? 'check the user name and the password (percent-encode them in a URL)'
    : 'check httpProxy.credentials';
  return `${sent}; ${remedy}.${offers}`;
}

/** Whether none of the sent schemes is offered. A scheme without a name counts as offered, since nobody knows. */
function isUnasked(offered: readonly string[], tried: readonly string[]): boolean {
  if (offered.length === 0) return false;
  return tried.every((label) => {
    const scheme = label.split(' ')[0]?.toLowerCase() ?? '';
    return label !== UNNAMED && !offered.includes(scheme);
  });
}

/** What to give if these schemes, in lower case, are offered. */
function remedyFor(offered: readonly string[]): string {
  if (offered.length === 0 || offered.includes('basic') || offered.includes('digest'))
    return "Give the proxy's credentials in the URL (http://user:password@host:port) or as httpProxy.credentials.";
  if (offered.includes('negotiate'))
    return "Give httpProxy.credentials: { scheme: 'negotiate' }; it needs the package kerberos and a ticket.";
  if (offered.includes('bearer')) return 'Give httpProxy.credentials: { token }.';
  // It authenticates connections by a handshake, so that no header value would do.
  if (offered.includes('ntlm'))
    return 'The SDK does not speak NTLM: ask for Negotiate or Basic, or run a helper such as cntlm here and name that as the proxy.';
  return 'The SDK supports Basic, Digest, Negotiate and Bearer. For any other scheme give the whole header value as httpProxy.credentials: { authorization }.';
}
