/** Absolute-form HTTP: whose answer is it, the proxy's or the origin's? */
import { ProxyError } from '../../errors.js';
import type { RequestSent } from '../../errors.js';
import type { DecisionFacts } from '../../facts.js';
import { authRefused } from '../../route/auth-refusal.js';
import { parseChallenges, schemesOf } from '../../route/challenges.js';
import { labelOf } from '../../route/proxy-credentials.js';
import { FORBIDDEN_HINT, isGatewayFailure } from '../../route/proxy-refusal.js';
import type { Route } from '../../route/route.js';
import type { ResponseHeaders } from '../../transport/response-headers.js';

/** Statuses that a forward proxy may well answer itself. It seldom does so for those about the resource (404, 409, 412, …). */
const LIKELY_PROXY: ReadonlySet<number> = new Set([
  400, 401, 403, 405, 408, 411, 413, 414, 417, 429, 431,
]);

/** RFC 9209 §2.3: failures before the proxy had passed anything on. */
const NOTHING_SENT =
  /^(?:dns_timeout|dns_error|destination_not_found|destination_unavailable|destination_ip_prohibited|destination_ip_unroutable|connection_refused|connection_timeout|connection_limit_reached|tls_protocol_error|tls_certificate_error|tls_alert_received|http_request_error|http_request_denied|proxy_loop_detected|proxy_configuration_error)$/;
const SQUID_NOTHING_SENT =
  /^ERR_(?:CONNECT_FAIL|DNS_FAIL|(?:CACHE_)?ACCESS_DENIED|(?:CACHE_)?MGR_ACCESS_DENIED|INVALID_|UNSUP_|TOO_BIG|CANNOT_FORWARD|FORWARDING_DENIED)/;

/** The error for a failed answer that the forward proxy says it made itself, or is known to have made; otherwise `undefined`. */
export function answerOfProxy(
  route: Route,
  status: number,
  headers: ResponseHeaders,
  decision: DecisionFacts,
): ProxyError | undefined {
  if (route.way !== 'forward') return undefined;
  const proxy = route.proxy.href;
  // tinyproxy adds Via to every answer that it passes on, and to none that it makes itself.
  const tinyproxy = /^tinyproxy\b/i.test(headers.get('server') ?? '') && !headers.has('via');
  // tinyproxy answers a wrong password with 401.
  if (status === 407 || (tinyproxy && status === 401)) {
    const offered = ['proxy-authenticate', 'www-authenticate'].flatMap((name) =>
      headers.getAll(name),
    );
    const { given } = route.proxy;
    return authRefused({
      proxy,
      status,
      schemes: schemesOf(parseChallenges(offered)),
      tried: given === undefined ? [] : [labelOf(given)],
      decision,
    });
  }
  const told =
    wordOfProxy(headers) ??
    (tinyproxy ? { reason: 'tinyproxy', requestSent: 'maybe' as const } : undefined);
  if (told === undefined) return undefined;
  const gateway = isGatewayFailure(status);
  return new ProxyError(
    `The proxy ${proxy} could not serve the request (${status}: ${told.reason})`,
    {
      phase: 'tunnel',
      proxy,
      status,
      requestSent: told.requestSent,
      refused: !gateway,
      retryable: gateway,
      hint:
        status === 403
          ? FORBIDDEN_HINT
          : status >= 500
            ? 'The proxy could not reach the target, or it failed itself.'
            : undefined,
      decision,
    },
  );
}

/** Whether a forward proxy answers this status so often that the hint should advise a tunnel. */
export function isLikelyOfProxy(status: number): boolean {
  return status >= 500 || LIKELY_PROXY.has(status);
}

/** What the proxy says itself: `Proxy-Status` with an error in the last member (the proxy next to us), or squid's header. */
function wordOfProxy(
  headers: ResponseHeaders,
): { reason: string; requestSent: RequestSent } | undefined {
  const members = headers.get('proxy-status')?.split(',') ?? [];
  const error = /;\s*error\s*=\s*"?([a-z_]+)/i
    .exec(members[members.length - 1] ?? '')?.[1]
    ?.toLowerCase();
  if (error !== undefined)
    return { reason: error, requestSent: NOTHING_SENT.test(error) ? 'no' : 'maybe' };
  const squid = /^[A-Z_]+/.exec(headers.get('x-squid-error') ?? '')?.[0];
  if (squid !== undefined)
    return { reason: squid, requestSent: SQUID_NOTHING_SENT.test(squid) ? 'no' : 'maybe' };
  return undefined;
}
