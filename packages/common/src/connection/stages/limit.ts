/** Keeps to the limits that the caller set for a connection: how many attempts at once, and how many in a second. */
import { Readable } from 'node:stream';
import { TimeoutError } from '../../errors.js';
import { patientTimeout } from '../../patient-timeout.js';
import type { Next, RequestContext } from '../context.js';
import type { Limiter } from '../settings/limiter.js';
import type { SdkResponse } from '../request-spec.js';
import { interruptible } from './interruptible.js';

/**
 * Lets an attempt begin when it is its turn. The attempt holds its place until its answer has been read, or until the stream
 * that the caller got has closed. A pause between attempts holds no place.
 */
export function limit(context: RequestContext, next: Next): Promise<SdkResponse> {
  return context.limiter === undefined ? next(context) : limited(context.limiter, context, next);
}

async function limited(
  limiter: Limiter,
  context: RequestContext,
  next: Next,
): Promise<SdkResponse> {
  await turn(limiter, context);
  let answer: SdkResponse;
  try {
    answer = await next(context);
  } catch (error) {
    limiter.leave();
    throw error;
  }
  const { body } = answer;
  if (body instanceof Readable) {
    limiter.leaveAfter(body, context.origin.href, context.timeouts.idleMs);
  } else limiter.leave();
  return answer;
}

/** Waits no longer than the signal, the total, `poolMs` and the life of the driver allow. */
async function turn(limiter: Limiter, context: RequestContext): Promise<void> {
  const { poolMs } = context.timeouts;
  context.settings.checkOpen(context.journal);
  const ours = limiter.enter(poolMs);
  if (ours === undefined) return;
  let stopTimer: (() => void) | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    stopTimer = patientTimeout(() => reject(waitedTooLong(limiter, context)), poolMs);
  });
  try {
    await interruptible(Promise.race([ours.come, tooLong]), context);
  } catch (error) {
    ours.cancel();
    throw error;
  } finally {
    stopTimer?.();
  }
}

function waitedTooLong({ limits }: Limiter, { origin, timeouts }: RequestContext): TimeoutError {
  const set = [
    limits.concurrent === Infinity ? [] : [`limits.concurrent of ${limits.concurrent}`],
    limits.perSecond === Infinity ? [] : [`limits.perSecond of ${limits.perSecond}`],
  ].flat();
  return new TimeoutError(
    `A request to ${origin.href} waited ${timeouts.poolMs} ms for its turn under ${set.join(' and ')}`,
    {
      phase: 'pool',
      timeoutMs: timeouts.poolMs,
      requestSent: 'no',
      // If it were sent again, it would join the end of the same queue.
      retryable: false,
      hint: 'Raise timeouts.poolMs or limits, or begin fewer at once; a stream holds its place until it is read or destroyed.',
    },
  );
}
