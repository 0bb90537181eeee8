/** The timers of a request. Each covers what its name says; one that fires is a `TimeoutError` of that phase. */

/** All in milliseconds; `0` or `Infinity` is refused: leave a member out to get its default. */
export interface Timeouts {
  /** Waiting for a free socket while the pool is full, and for a turn under the connection's `limits`. */
  readonly poolMs: number;
  /** TCP and TLS to the origin, inside a tunnel too. */
  readonly connectMs: number;
  /** TCP, TLS and CONNECT to the proxy. */
  readonly proxyMs: number;
  /** From the request's last byte to the end of the answer's headers. */
  readonly headersMs: number;
  /** The longest silence while a body is sent or received. */
  readonly idleMs: number;
  /** The whole call, retries, waits and the body's last byte included. Off unless given. */
  readonly totalMs?: number | undefined;
}

/** The defaults; all but `totalMs` are finite. */
export const DEFAULT_TIMEOUTS: Timeouts = Object.freeze({
  poolMs: 30_000,
  connectMs: 10_000,
  proxyMs: 15_000,
  headersMs: 60_000,
  idleMs: 60_000,
});

/** Node's timers hold a signed 32-bit number; anything longer would fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** How long a timer has to run until a moment on the clock of `performance.now()`. */
export function msUntil(moment: number): number {
  return Math.min(LONGEST_TIMER_MS, Math.max(0, moment - performance.now()));
}
