/** One deadline for all requests of a call: the options carry it from the driver's method to each request. */
import type { CallOptions } from './options.js';

/** The key under which options hold the deadline of their call; a spread of the options copies it too. */
const DEADLINE = Symbol('deadline');

interface Bounded {
  readonly [DEADLINE]?: number;
}

/** When the call ends, in milliseconds of `performance.now()`; `undefined`: each request has its own total. */
export function deadlineOf(call: CallOptions | undefined): number | undefined {
  return (call as (CallOptions & Bounded) | undefined)?.[DEADLINE];
}

/** The options with the moment at which the whole call ends. */
export function withDeadline<C extends CallOptions>(call: C, deadlineAt: number): C {
  const bounded: C & Bounded = { ...call, [DEADLINE]: deadlineAt };
  return bounded;
}
