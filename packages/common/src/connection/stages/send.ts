/** One attempt goes out. */
import type { DecisionFacts } from '../../facts.js';
import type { Route } from '../../route/route.js';
import type { RequestContext } from '../context.js';
import { leftMs } from './deadline.js';
import type { HeaderBag } from '../content/header-bag.js';
import type { SdkResponse } from '../request-spec.js';

/** Hands the attempt to the transport, with what is left of the total. The answer's body is still a raw stream. */
export async function send(context: RequestContext): Promise<SdkResponse> {
  const { settings, signal, body } = context;
  if (signal?.aborted) throw signal.reason;
  const totalMs = leftMs(context);
  const response = await settings.transport.send({
    method: context.method,
    origin: context.origin,
    path: context.path,
    headers: (context.bag as HeaderBag).toFlat(),
    body: body?.open(),
    route: context.route as Route,
    tls: settings.tls,
    timeouts: totalMs === undefined ? context.timeouts : { ...context.timeouts, totalMs },
    signal,
    freshSocket: context.freshSocket,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: response.body,
    decision: context.decision as DecisionFacts,
    attempts: context.journal.length + 1,
  };
}
