/**
 * The stages that a request passes, in order:
 *
 *     build → deadline → renew → retry → redirect → limit → decide → failover → pac → route → stale → record → decode → credentials
 *     → sign → send
 *
 * A stage sees the request on its way down and the answer, or the error, on its way up. `decode` is inside `retry`, because
 * only the decoded answer shows whether an attempt may be repeated (Route 53 throttles with a 400), and because a body that
 * broke off is repeated like a connection that was refused.
 */
import type { Next, Stage } from '../context.js';
import { credentials } from './credentials.js';
import { deadline } from './deadline.js';
import { decide } from './decide.js';
import { decode } from './decode.js';
import { failover } from './failover.js';
import { limit } from './limit.js';
import { pac } from './pac.js';
import { record } from './record.js';
import { redirect } from './redirect.js';
import { renew } from './renew.js';
import { retry } from './retry.js';
import { route } from './route.js';
import { send } from './send.js';
import { sign } from './sign.js';
import { stale } from './stale.js';

/** The stages below `build`, outermost first. */
export const STAGES: readonly Stage[] = Object.freeze([
  deadline,
  renew,
  retry,
  redirect,
  limit,
  decide,
  failover,
  pac,
  route,
  stale,
  record,
  decode,
  credentials,
  sign,
  send,
]);

/** The stages as one function. It is composed once, so that a request creates no closures. */
export const runStages: Next = STAGES.reduceRight<Next>(
  (next, stage) => (context) => stage(context, next),
  () => Promise.reject(new TypeError('The last stage sends')),
);
