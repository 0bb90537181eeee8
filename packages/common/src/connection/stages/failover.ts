/** Tries the candidates of a decision in turn, as long as the failure is the proxy's and the origin has received nothing. */
import { ConfigurationError, isSdkError } from '../../errors.js';
import type { ProxyCandidate, ProxyDecision } from '../../proxy/decision.js';
import { decisionFacts } from '../../proxy/decision.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import type { Next, RequestContext } from '../context.js';
import type { SdkResponse } from '../request-spec.js';

/** Tries the next candidate if a proxy failed. Goes direct only if the list says so. */
export function failover(context: RequestContext, next: Next): Promise<SdkResponse> {
  const choice = context.choice as ProxyDecision;
  const [first, second] = choice.candidates;
  // One proxy alone never rests: there is nothing to try instead.
  return second === undefined ? attempt(context, first ?? 'direct', next) : inTurn(context, next);
}

async function attempt(
  context: RequestContext,
  candidate: ProxyCandidate,
  next: Next,
): Promise<SdkResponse> {
  const choice = context.choice as ProxyDecision;
  const decision = decisionFacts(context.origin, choice, candidate);
  try {
    return await next({ ...context, decision, candidate });
  } catch (failure) {
    const error = byVariable(failure, choice);
    if (isSdkError(error)) error.decision ??= decision;
    throw error;
  }
}

async function inTurn(context: RequestContext, next: Next): Promise<SdkResponse> {
  const { resting } = context.settings;
  const place = context.origin.href;
  const left = [...(context.choice as ProxyDecision).candidates];
  for (;;) {
    const [candidate] = left.splice(resting.next(left, context, place), 1) as [ProxyCandidate];
    if (candidate === 'direct') return attempt(context, candidate, next);
    try {
      const answer = await attempt(context, candidate, next);
      resting.worked(candidate, place);
      return answer;
    } catch (error) {
      if (!proxyFailed(error)) {
        if (proxyWorked(error)) resting.worked(candidate, place);
        else resting.leftOpen(candidate, context, place);
        throw error;
      }
      if (isHurried(error, context)) resting.leftOpen(candidate, context, place);
      else {
        const itself = failedItself(error, candidate);
        tellRest(
          context,
          candidate,
          resting.failed(candidate, context, itself ? undefined : place),
        );
      }
      if (left.length === 0 || context.body?.canOpen() === false) throw error;
    }
  }
}

/** Whether the proxy itself failed before anything of the request was sent; a refusal (403, 407) is an answer. */
function proxyFailed(error: unknown): boolean {
  if (isSdkError(error, 'SDK_TIMEOUT'))
    return error.phase === 'proxy' && error.requestSent === 'no';
  if (!isSdkError(error, 'SDK_PROXY') || error.requestSent !== 'no' || error.phase === 'auth')
    return false;
  return !error.refused;
}

/** Whether the candidate itself failed. If it is a PAC file, a proxy that it named may have failed instead. */
function failedItself(error: unknown, { pac, href }: ProxyServer): boolean {
  return pac === undefined || (isSdkError(error) && error.decision?.proxy === href);
}

/** A call that gives a proxy less time than its driver does: its timeout does not show that the proxy is bad for other calls. */
function isHurried(error: unknown, { settings }: RequestContext): boolean {
  return isSdkError(error, 'SDK_TIMEOUT') && error.timeoutMs < settings.timeouts.proxyMs;
}

/** Whether a failure shows that the proxy works: it refused, or the server on its other side answered. */
function proxyWorked(error: unknown): boolean {
  if (!isSdkError(error)) return false;
  const { code, status, refused } = error as { code: string; status?: number; refused?: boolean };
  return code === 'SDK_TLS' || refused === true || status !== undefined;
}

function tellRest(
  { settings, origin }: RequestContext,
  { href }: ProxyServer,
  restMs: number | undefined,
): void {
  if (restMs === undefined) return;
  settings.warn({
    code: 'SDK_PROXY_RESTS',
    message: `The proxy ${href} failed and is skipped for ${restMs} ms, as long as another proxy of the list can be tried`,
    origin: origin.href,
    proxy: href,
  });
}

/** The dialer does not know who named a proxy that it refuses. If it was the environment, this adds the variable to the error. */
function byVariable(error: unknown, { decidedBy, variable }: ProxyDecision): unknown {
  if (decidedBy !== 'env' || variable === undefined) return error;
  if (!isSdkError(error, 'SDK_CONFIGURATION') || error.field !== 'httpProxy') return error;
  return new ConfigurationError(`${variable}: ${error.message}`, {
    field: variable,
    hint:
      error.hint ?? `Give an http: or https: proxy in ${variable}, or name the target in NO_PROXY.`,
  });
}
