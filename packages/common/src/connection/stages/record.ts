/** Records how each attempt ended: for the error that lists them, the logger, and subscribers of the channel. */
import { isSdkError } from '../../errors.js';
import type { ResponseError, SdkError, TransportError } from '../../errors.js';
import type { AttemptFacts, RequestSent } from '../../facts.js';
import { redact } from '../answers/redact.js';
import { Redirection } from '../answers/redirection.js';
import { pathOf, secretsOf } from '../answers/shown.js';
import type { Route } from '../../route/route.js';
import { attemptsAreWatched, publishAttempt } from '../../telemetry/publish.js';
import type { AttemptEvent } from '../../telemetry/events.js';
import { CLOSED_FIELD } from '../../transport/closed.js';
import type { Next, RequestContext } from '../context.js';
import type { SdkResponse } from '../request-spec.js';

/** Notes an attempt that failed. The logger and the channel `sdk:attempt` get failed and successful ones. */
export async function record(context: RequestContext, next: Next): Promise<SdkResponse> {
  const startedAt = performance.now();
  try {
    const answer = await next(context);
    const { status, requestId } = answer;
    if (attemptsAreWatched()) {
      publishAttempt(eventOf(context, { ...factsOf(context, startedAt), status }, requestId));
    }
    if (context.settings.logger !== undefined) {
      tell(context, {
        ...factsOf(context, startedAt),
        status,
        requestId,
      });
    }
    if (answer.body instanceof Redirection) {
      const redirectedTo = answer.body.target.origin.href;
      context.journal.add({ ...factsOf(context, startedAt), status, redirectedTo });
    }
    return answer;
  } catch (error) {
    const facts = { ...factsOf(context, startedAt), ...failureOf(error) };
    context.journal.add(facts);
    if (attemptsAreWatched()) publishAttempt(eventOf(context, facts, requestIdIn(error)));
    if (context.settings.logger !== undefined) tell(context, { ...facts });
    throw error;
  }
}

function factsOf(context: RequestContext, startedAt: number): AttemptFacts {
  const route = context.route as Route;
  return {
    number: context.journal.count + 1,
    way: route.way,
    proxy: route.proxy?.href ?? null,
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** An error from outside the SDK may hold secrets, so only its kind is noted. */
function failureOf(error: unknown): Partial<AttemptFacts> {
  if (!isSdkError(error)) return { message: error instanceof Error ? error.name : typeof error };
  const { status } = error as { status?: number };
  const requestSent = sentBy(error);
  const { reusedSocket } = error as Partial<TransportError>;
  return {
    ...(status === undefined ? {} : { status }),
    code: error.code,
    message: error.message,
    ...(requestSent === undefined ? {} : { requestSent }),
    ...(reusedSocket === undefined ? {} : { reusedSocket }),
  };
}

/** From a transport error its own value. If there was an answer, the request was sent, unless a forward proxy made the answer. */
function sentBy(error: SdkError): RequestSent | undefined {
  // The transport was closed before a byte of it went out.
  if (isSdkError(error, 'SDK_CONFIGURATION') && error.field === CLOSED_FIELD) return 'no';
  const told = error as Partial<Pick<TransportError, 'requestSent'> & ResponseError>;
  if (told.requestSent !== undefined || told.status === undefined) return told.requestSent;
  return told.maybeFromProxy === true ? 'maybe' : 'yes';
}

function requestIdIn(error: unknown): string | undefined {
  return isSdkError(error) ? (error as { requestId?: string }).requestId : undefined;
}

/** The query is left out: it may hold a signature. */
function eventOf(
  context: RequestContext,
  facts: AttemptFacts,
  requestId: string | undefined,
): AttemptEvent {
  const secrets = secretsOf(context);
  const { method, origin, purpose, decision = null } = context;
  return {
    ...facts,
    method,
    origin: origin.href,
    path: redact(pathOf(context), secrets),
    purpose,
    ...(requestId === undefined ? {} : { requestId: redact(requestId, secrets) }),
    decision,
  };
}

/** The query is left out: it may hold a signature. A logger's own failure is not the request's. */
function tell(context: RequestContext, fields: Record<string, unknown>): void {
  try {
    const secrets = secretsOf(context);
    const { requestId } = fields;
    if (typeof requestId === 'string') fields['requestId'] = redact(requestId, secrets);
    const { method, origin, purpose, decision } = context;
    const { decidedBy, variable } = decision ?? {};
    const line = `${method} ${origin.href}${pathOf(context)}`;
    const said = variable === undefined ? { decidedBy } : { decidedBy, variable };
    context.settings.logger?.debug(redact(line, secrets), { ...fields, purpose, ...said });
  } catch {
    // A failing logger must not make the request fail.
  }
}
