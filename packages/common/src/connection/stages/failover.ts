/** The candidates of a decision, one after the other, while the proxies are at fault and the origin has seen nothing. */
import { ConfigurationError, isSdkError } from '../../errors.js';
import { decisionFacts, type ProxyDecision } from '../../proxy/decision.js';
import type { Next, RequestContext } from '../context.js';
import type { SdkResponse } from '../request-spec.js';

/** Tries the next candidate where one failed as a proxy; direct only where the list says so. */
export async function failover(context: RequestContext, next: Next): Promise<SdkResponse> {
  const choice = context.choice as ProxyDecision;
  const { candidates } = choice;
  for (let i = 0; ; i += 1) {
    const used = candidates[i] ?? 'direct';
    const decision = decisionFacts(context.origin, choice, used);
    try {
      return await next({ ...context, decision, candidate: used });
    } catch (failure) {
      const error = byVariable(failure, choice);
      if (isSdkError(error)) error.decision ??= decision;
      if (i + 1 >= candidates.length || !proxyFailed(error) || context.body?.canOpen() === false)
        throw error;
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

/** The wire refuses a scheme that it cannot dial without knowing who named it; the environment's error names the variable. */
function byVariable(error: unknown, { decidedBy, variable }: ProxyDecision): unknown {
  if (decidedBy !== 'env' || variable === undefined) return error;
  if (!isSdkError(error, 'SDK_CONFIGURATION') || error.field !== 'httpProxy') return error;
  return new ConfigurationError(`${variable}: ${error.message}`, {
    field: variable,
    hint: `Give an http: or https: proxy in ${variable}, or name the target in NO_PROXY.`,
  });
}
