/** Decides which way an attempt goes, each time with the settings of that moment. */
import { decide as decideByCascade } from '../../proxy/cascade.js';
import type { ProxyDecision } from '../../proxy/decision.js';
import type { Next, RequestContext } from '../context.js';
import { interruptible } from './interruptible.js';
import type { SdkResponse } from '../request-spec.js';

/** Asks the cascade. The signal and the total limit the wait for a selector. */
export async function decide(context: RequestContext, next: Next): Promise<SdkResponse> {
  const { settings, origin, callLevel, purpose } = context;
  settings.checkOpen(context.journal);
  const answer = decideByCascade(
    origin,
    { call: callLevel, instance: settings.level, env: settings.env },
    purpose,
  );
  const choice = 'then' in answer ? await interruptible<ProxyDecision>(answer, context) : answer;
  for (const warning of choice.warnings) settings.warnOnce(warning);
  return next({ ...context, choice });
}
