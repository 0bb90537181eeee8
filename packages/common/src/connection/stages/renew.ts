/** A provider that refuses the credentials may accept new ones. This is tried once for each request. */
import { addHint, isSdkError } from '../../errors.js';
import type { AuthenticationError } from '../../errors.js';
import type { Next, RequestContext } from '../context.js';
import { ONE_SHOT_HINT } from '../content/body.js';
import { HeaderBag } from '../content/header-bag.js';
import { notesOf } from '../error-notes.js';
import type { Hooks } from '../hooks.js';
import type { SdkResponse } from '../request-spec.js';
import { interruptible } from './interruptible.js';

/** Calls `renew` after a 401, and runs the request again if it says that there are new credentials. */
export function renew(context: RequestContext, next: Next): Promise<SdkResponse> {
  const { renew: hook } = context.hooks;
  return hook === undefined ? next(context) : renewing(context, next, hook);
}

async function renewing(
  context: RequestContext,
  next: Next,
  hook: NonNullable<Hooks['renew']>,
): Promise<SdkResponse> {
  try {
    return await next(context);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const asked = hook(
      { ...context, attempt: context.journal.count },
      context.journal.sent ?? new HeaderBag(context.headers),
    );
    const renewed = typeof asked === 'boolean' ? asked : await interruptible(asked, context);
    if (!renewed) throw error;
    if (context.body?.canOpen() === false) {
      addHint(error, ONE_SHOT_HINT);
      throw error;
    }
  }
  return next(context);
}

/** Not after a redirect to a foreign origin: that got no credentials, so new ones cannot help. */
function isRefusal(error: unknown): error is AuthenticationError {
  return isSdkError(error, 'SDK_AUTHENTICATION') && notesOf(error).withheld !== true;
}
