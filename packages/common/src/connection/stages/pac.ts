/** If the candidate is a PAC file, the proxies that it names for this origin are tried instead. */
import { ProxyError, TimeoutError, isSdkError } from '../../errors.js';
import { patientTimeout } from '../../patient-timeout.js';
import type { ProxyDecision } from '../../proxy/decision.js';
import { newDecision } from '../../proxy/decision.js';
import type { PacMeans, PacVerdict } from '../../proxy/pac/files.js';
import type { PacFailure } from '../../proxy/pac/evaluate.js';
import type { ProxyServer } from '../../route/proxy-server.js';
import type { Next, RequestContext } from '../context.js';
import { loadPac } from '../pac/load.js';
import { SYSTEM_NAMES } from '../pac/names.js';
import type { SdkResponse } from '../request-spec.js';
import { interruptible } from './interruptible.js';
import { failover } from './failover.js';

/**
 * Asks the file, and lets failover try what it names, in its order. This stage is below failover, so that a file of a list is
 * asked only when its turn comes, and a file that cannot be loaded counts as a proxy that failed.
 */
export function pac(context: RequestContext, next: Next): Promise<SdkResponse> {
  const file = context.candidate;
  if (file === undefined || file === 'direct' || file.pac === undefined) return next(context);
  const known = context.settings.pacFiles.known(file, context.origin);
  return known === undefined ? byFile(context, file, next) : byVerdict(context, file, known, next);
}

function byVerdict(
  context: RequestContext,
  file: ProxyServer,
  verdict: PacVerdict,
  next: Next,
): Promise<SdkResponse> {
  for (const warning of verdict.warnings) context.settings.warnOnce(warning);
  return failover({ ...context, choice: choiceOf(context, file, verdict) }, next);
}

async function byFile(
  context: RequestContext,
  file: ProxyServer,
  next: Next,
): Promise<SdkResponse> {
  const startedAt = performance.now();
  let verdict: PacVerdict;
  try {
    verdict = await ask(context, file);
  } catch (error) {
    addAttempt(context, file, error, performance.now() - startedAt);
    throw error;
  }
  return byVerdict(context, file, verdict, next);
}

/** @throws ProxyError (phase `resolve`), or TimeoutError (phase `proxy`): the origin has received nothing. */
async function ask(context: RequestContext, file: ProxyServer): Promise<PacVerdict> {
  const { settings, origin } = context;
  const { proxyMs } = context.timeouts;
  // Other requests may wait for the same answer, each with its own time, so one that gives up does not end the work.
  const { timeouts } = settings;
  const limitMs = Math.max(timeouts.proxyMs, proxyMs);
  const leaving = new AbortController();
  const means: PacMeans = {
    load: (of, loadMs, signal) =>
      loadPac(of, {
        transport: settings.transport,
        userAgent: settings.userAgent,
        timeouts,
        limitMs: loadMs,
        signal,
      }),
    names: SYSTEM_NAMES,
    warn: (message) =>
      settings.warn({ code: 'SDK_PAC_STALE', message, origin: origin.href, proxy: file.href }),
    limitMs,
    left: leaving.signal,
  };
  let verdict: PacVerdict | PacFailure;
  try {
    const asked = settings.pacFiles.ask(file, origin, means);
    verdict = await interruptible(inTime(asked, file, proxyMs), context);
  } catch (error) {
    leaving.abort();
    throw error;
  }
  if ('failure' in verdict) throw failed(file, verdict);
  return verdict;
}

function inTime<T>(promise: Promise<T>, file: ProxyServer, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopTimer = patientTimeout(() => {
      reject(
        new TimeoutError(`The PAC file ${file.href} named no proxy within ${timeoutMs} ms`, {
          phase: 'proxy',
          timeoutMs,
          requestSent: 'no',
          retryable: false,
          hint: 'timeouts.proxyMs sets this limit, for loading the file, running it and its look-ups together.',
        }),
      );
    }, timeoutMs);
    void promise.then(resolve, reject).finally(stopTimer);
  });
}

function failed({ href }: ProxyServer, { failure, hint, retryable }: PacFailure): ProxyError {
  return new ProxyError(`The PAC file ${href} ${failure}`, {
    phase: 'resolve',
    proxy: href,
    requestSent: 'no',
    retryable,
    hint,
  });
}

/** A failed file has no route, so `record` never sees it; it is added to the attempts here. */
function addAttempt(
  context: RequestContext,
  file: ProxyServer,
  error: unknown,
  tookMs: number,
): void {
  if (!isSdkError(error)) return;
  const { journal, origin } = context;
  journal.add({
    number: journal.count + 1,
    way: origin.protocol === 'https:' || file.tunnel === 'always' ? 'tunnel' : 'forward',
    proxy: file.href,
    code: error.code,
    message: error.message,
    requestSent: 'no',
    durationMs: Math.round(tookMs),
  });
}

/** Decisions by the file's answer and by the decision that named the file: reused until one of the two changes. */
const decisions = new WeakMap<PacVerdict, WeakMap<ProxyDecision, ProxyDecision>>();

/** The decision that the file made below the one that named the file. */
function choiceOf(context: RequestContext, file: ProxyServer, verdict: PacVerdict): ProxyDecision {
  const above = context.choice as ProxyDecision;
  let made = decisions.get(verdict);
  if (made === undefined) decisions.set(verdict, (made = new WeakMap()));
  let choice = made.get(above);
  if (choice !== undefined) return choice;
  const { candidates, warnings } = verdict;
  const { decidedBy, variable, bypassedBy } = above;
  choice = newDecision({
    candidates,
    decidedBy,
    variable,
    bypassedBy,
    warnings,
    pac: file.href,
  });
  made.set(above, choice);
  return choice;
}
