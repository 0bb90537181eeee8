/** Decides about a redirect: it is followed, or it becomes an error that says why not. */
import type { RequestContext } from '../context.js';
import type { Target } from '../content/location.js';
import { resolveLocation } from '../content/location.js';
import type { SdkResponse } from '../request-spec.js';

/** RFC 9110 §15.4. 300 leaves the choice to people, 304 is no redirect, 305 is deprecated. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_HOPS = 10;
/** The hint for a redirect that names no place. */
export const CHECK_ENDPOINT = 'Check the endpoint (its region, http or https).';

/** A redirect that is to be followed; the body of an answer on its way from `decode` up to `redirect`. */
export class Redirection {
  readonly target: Target;
  readonly method: string;
  /** Whether the body is sent again. */
  readonly keepsBody: boolean;

  constructor(target: Target, method: string, keepsBody: boolean) {
    this.target = target;
    this.method = method;
    this.keepsBody = keepsBody;
  }
}

/** A redirect that is not followed. */
export interface Unfollowed {
  /** What it is, for the message: "was answered 302, a redirect …". */
  readonly what: string;
  readonly hint: string;
}

/** Identifies a request within a chain of redirects. */
export function hopKey({ method, origin, path }: RequestContext): string {
  return `${method} ${origin.href}${path}`;
}

/** The redirect to follow, or why the one in a failed answer is not followed; `undefined` if the answer is no redirect. */
export function redirectionOf(
  context: RequestContext,
  { status, headers }: SdkResponse,
): Redirection | Unfollowed | undefined {
  if (!REDIRECTS.has(status)) return undefined;
  const [location, another] = new Set(headers.getAll('location'));
  if (location === undefined) return undefined;
  if (another !== undefined) {
    return { what: 'a redirect that names several places', hint: CHECK_ENDPOINT };
  }
  const target = resolveLocation(location, context);
  if ('why' in target) {
    return {
      what: `a redirect that ${target.why}`,
      hint: `Such a redirect is never followed. ${CHECK_ENDPOINT}`,
    };
  }
  return refusalOf(context, target) ?? followed(context, status, target);
}

/** Why a redirect to a readable place is not followed. Only the origin of the place is shown: its query may be signed. */
function refusalOf(context: RequestContext, target: Target): Unfollowed | undefined {
  const { origin, spec } = context;
  const to = target.origin.href;
  if (origin.protocol === 'https:' && target.origin.protocol === 'http:') {
    return {
      what: `a redirect from https to ${to}`,
      hint: 'A redirect from https to http is never followed, since what is sent could be read in transit.',
    };
  }
  if (spec.redirect === 'none') {
    return {
      what: `a redirect to ${to}`,
      hint: `This request does not follow redirects (redirect: 'none'). If the API is at ${to}, give that as the endpoint.`,
    };
  }
  if (to === origin.href || spec.redirect === 'any') return undefined;
  const secured =
    origin.protocol === 'http:' &&
    target.origin.protocol === 'https:' &&
    target.origin.hostname === origin.hostname;
  return {
    what: `a redirect to ${to}`,
    hint: secured
      ? `The API uses https: give ${to} as the endpoint.`
      : `Redirects to another origin are not followed. If the API has moved there, give ${to} as the endpoint. For a request that may go anywhere, set redirect: 'any'.`,
  };
}

function followed(
  context: RequestContext,
  status: number,
  target: Target,
): Redirection | Unfollowed {
  const { method, hops } = context;
  const to = target.origin.href;
  if (hops.length >= MOST_HOPS) {
    return {
      what: `a redirect to ${to}, after ${MOST_HOPS} others`,
      hint: `No more than ${MOST_HOPS} redirects are followed. Check the endpoint.`,
    };
  }
  const becomesGet =
    (status === 303 && method !== 'HEAD') ||
    ((status === 301 || status === 302) && method === 'POST');
  const next = becomesGet ? 'GET' : method;
  const key = `${next} ${to}${target.path}`;
  if (key === hopKey(context) || hops.includes(key)) {
    return {
      what: `a redirect to ${to} that leads in a circle`,
      hint: 'The redirects lead back to a place where this request has been before. Check the endpoint.',
    };
  }
  if (!becomesGet && context.body?.canOpen() === false) {
    return {
      what: `a redirect to ${to}`,
      hint: 'It was not followed because its body is a stream that can be read once, and has been; give a function that opens it instead.',
    };
  }
  return new Redirection(target, next, !becomesGet);
}
