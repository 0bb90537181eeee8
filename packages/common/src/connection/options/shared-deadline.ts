/** One deadline for all requests of a call: the options carry it from the driver's method to each request. */
import type { CallOptions } from './options.js';

/** When a call ends. */
export interface SharedDeadline {
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly at: number;
  /** The total of the call, for its error. */
  readonly totalMs: number;
}

/** The key under which options hold the deadline of their call; a spread of the options copies it too. */
const DEADLINE = Symbol('deadline');

interface Bounded {
  readonly [DEADLINE]?: SharedDeadline;
}

/** When the call ends; `undefined`: each request has its own total. */
export function deadlineOf(call: CallOptions | undefined): SharedDeadline | undefined {
  return (call as (CallOptions & Bounded) | undefined)?.[DEADLINE];
}

/** The options with the moment at which the whole call ends. */
export function withDeadline<C extends CallOptions>(call: C, deadline: SharedDeadline): C {
  const bounded: C & Bounded = { ...call, [DEADLINE]: deadline };
  return bounded;
}
