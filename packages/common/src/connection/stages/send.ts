/** Sends one attempt. */
import type { DecisionFacts } from '../../facts.js';
import type { Route } from '../../route/route.js';
import { withoutClient } from '../../route/tls-options.js';
import type { TransportResponse } from '../../transport/transport.js';
import type { RequestContext } from '../context.js';
import { discardBody } from '../content/body.js';
import { interruptible } from './interruptible.js';
import { checkTotal } from './total.js';
import { tellInClear } from './in-clear.js';
import type { HeaderBag } from '../content/header-bag.js';
import type { SdkResponse } from '../request-spec.js';

/** Passes the attempt to the transport. The answer's body is still a raw stream. */
export async function send(context: RequestContext): Promise<SdkResponse> {
  const { settings, signal, body } = context;
  if (signal?.aborted) throw signal.reason;
  settings.checkOpen(context.journal);
  checkTotal(context);
  const headers = (context.bag as HeaderBag).toFlat();
  tellInClear(context, headers);
  const sent = settings.transport.send({
    method: context.method,
    origin: context.origin,
    path: context.path,
    headers,
    body: body?.open(),
    route: context.route as Route,
    tls: context.withheld ? withoutClient(settings.tls) : settings.tls,
    timeouts: context.timeouts,
    deadlineAt: context.deadlineAt,
    signal,
    freshSocket: context.freshSocket,
    bare: context.withheld,
  });
  const response = await (signal === undefined && context.deadlineAt === undefined
    ? sent
    : inTime(sent, context));
  return {
    status: response.status,
    headers: response.headers,
    body: response.body,
    decision: context.decision as DecisionFacts,
    attempts: context.journal.count + 1,
  };
}

/** The transport's own error for an abort or the total says more than ours, so it gets this much longer. */
const GRACE_MS = 20;

/** The transport's answer, if it comes in time: a slow interceptor, or a transport of the caller's, may not obey the timers. */
async function inTime(
  sent: Promise<TransportResponse>,
  context: RequestContext,
): Promise<TransportResponse> {
  try {
    return await interruptible(sent, context, GRACE_MS);
  } catch (error) {
    void sent.then(
      (late) => discardBody(late.body),
      () => undefined,
    );
    throw error;
  }
}
