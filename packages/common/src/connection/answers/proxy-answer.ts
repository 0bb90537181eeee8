/** Absolute-form HTTP: whose answer is it, the proxy's or the origin's? */
import { ProxyError } from '../../errors.js';
import type { RequestSent } from '../../errors.js';
import type { DecisionFacts } from '../../facts.js';
import { authRefused } from '../../route/auth-refusal.js';
import { parseChallenges, schemesOf } from '../../route/challenges.js';
import { labelOf } from '../../route/proxy-credentials.js';
import type { Route } from '../../route/route.js';
import type { ResponseHeaders } from '../../transport/response-headers.js';

/** What a forward proxy may well answer by itself; what is about the thing asked for (404, 409, 412, …) it seldom does. */
const LIKELY_PROXY: ReadonlySet<number> = new Set([
  400, 401, 403, 405, 408, 411, 413, 414, 417, 429, 431,
]);

/** RFC 9209 §2.3: failures at which the proxy passed nothing on. */
const NOTHING_SENT =
  /^(?:dns_timeout|dns_error|destination_not_found|destination_unavailable|destination_ip_prohibited|destination_ip_unroutable|connection_refused|connection_timeout|connection_limit_reached|tls_protocol_error|tls_certificate_error|tls_alert_received|http_request_error|http_request_denied|proxy_loop_detected|proxy_configuration_error)$/;
const SQUID_NOTHING_SENT =
  /^ERR_(?:CONNECT_FAIL|DNS_FAIL|(?:CACHE_)?ACCESS_DENIED|(?:CACHE_)?MGR_ACCESS_DENIED|INVALID_|UNSUP_|TOO_BIG|CANNOT_FORWARD|FORWARDING_DENIED)/;

/** A failed answer that the proxy of a forward way says, or is known, to have made itself; else `undefined`. */
export function answerOfProxy(
  route: Route,
  status: number,
  headers: ResponseHeaders,
  decision: DecisionFacts,
): ProxyError | undefined {
  if (route.way !== 'forward') return undefined;
  const proxy = route.proxy.href;
  // tinyproxy adds Via to what it passes on, also from another tinyproxy, and to nothing of its own making.
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
  // As of an answer to CONNECT: a gateway's failure is the proxy's own, and another one may reach the target.
  const gateway = status === 502 || status === 503 || status === 504;
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
          ? 'The proxy forbids this target: ask the people who run it, or bypass it with NO_PROXY.'
          : status >= 500
            ? 'The proxy could not reach the target, or has a failure of its own.'
            : undefined,
      decision,
    },
  );
}

/** Whether a forward proxy answers so often enough for a tunnel to be worth advising. */
export function isLikelyOfProxy(status: number): boolean {
  return status >= 500 || LIKELY_PROXY.has(status);
}

/** Its own word: `Proxy-Status` with an error in the last member (the proxy next to us), or squid's header. */
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
