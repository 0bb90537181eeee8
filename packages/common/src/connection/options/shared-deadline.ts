/** One end for all requests of a call: the moment travels with the options, from the driver's method to each request. */
import type { CallOptions } from './options.js';

/** Under this key options say when the call they belong to ends; a spread copies it along. */
const DEADLINE = Symbol('deadline');

interface Bounded {
  readonly [DEADLINE]?: number;
}

/** When the call ends, in milliseconds of `performance.now()`; `undefined`: each request counts for itself. */
export function deadlineOf(call: CallOptions | undefined): number | undefined {
  return (call as (CallOptions & Bounded) | undefined)?.[DEADLINE];
}

/** The options with the moment at which the whole call ends. */
export function withDeadline<C extends CallOptions>(call: C, deadlineAt: number): C {
  const bounded: C & Bounded = { ...call, [DEADLINE]: deadlineAt };
  return bounded;
}
