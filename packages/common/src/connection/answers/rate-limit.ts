/** Rate limits, from the families of headers that providers send. */
import type { RateLimit } from '../../errors.js';
import type { ResponseHeaders } from '../../transport/response-headers.js';

/** A greater reset is a point in time (seconds since 1970), a smaller one a span from now: the IETF drafts changed its meaning. */
const EPOCH_FROM = 1_000_000_000;

/**
 * Reads `RateLimit-Limit/-Remaining/-Reset` (DigitalOcean, Hetzner), the same with `X-` (Linode, GitHub), or
 * `RateLimit: "default";r=50;t=30` with `RateLimit-Policy` (Cloudflare; an IETF draft).
 * @returns `undefined` if the answer has no such header.
 */
export function rateLimitOf(headers: ResponseHeaders): RateLimit | undefined {
  const structured = headers.get('ratelimit');
  if (structured !== undefined) return fromStructured(structured, headers.get('ratelimit-policy'));
  const prefix = headers.has('ratelimit-remaining') || headers.has('ratelimit-limit') ? '' : 'x-';
  if (prefix !== '' && !headers.has('x-ratelimit-remaining') && !headers.has('x-ratelimit-limit'))
    return undefined;
  const limit = wholeNumber(headers.get(`${prefix}ratelimit-limit`));
  const remaining = wholeNumber(headers.get(`${prefix}ratelimit-remaining`));
  return rateLimit(limit, remaining, wholeNumber(headers.get(`${prefix}ratelimit-reset`)));
}

/** `"default";r=50;t=30`, and the older `limit=100, remaining=50, reset=30`. The policy's `q` is the quota. */
function fromStructured(value: string, policy: string | undefined): RateLimit | undefined {
  const limit = parameter(value, 'limit') ?? parameter(policy ?? '', 'q');
  return rateLimit(limit, parameter(value, 'r|remaining'), parameter(value, 't|reset'));
}

function parameter(text: string, name: string): number | undefined {
  return wholeNumber(new RegExp(`(?:^|[;,\\s])(?:${name})\\s*=\\s*(\\d+)`).exec(text)?.[1]);
}

function wholeNumber(text: string | undefined): number | undefined {
  // Some servers list every window: `5000, 5000;window=3600`. The first one applies.
  const digits = text === undefined ? undefined : /^\s*(\d{1,15})(?:\s*$|\s*[,;])/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function rateLimit(
  limit: number | undefined,
  remaining: number | undefined,
  reset: number | undefined,
): RateLimit | undefined {
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return { limit, remaining, resetAt: reset === undefined ? undefined : resetAt(reset) };
}

function resetAt(reset: number): string | undefined {
  const time = reset > EPOCH_FROM ? reset * 1_000 : Date.now() + reset * 1_000;
  return time < 8.64e15 ? new Date(time).toISOString() : undefined;
}
