/** What a wait within a transport leaves of the total: whoever has given a call up must not see it sent afterwards. */
import { exchangeTimedOut } from '../wire/failure.js';
import type { TransportRequest } from './transport.js';

/**
 * The request with what is left of its total since `startedAt`, in `performance.now()` milliseconds.
 * @throws TimeoutError of phase `total`, nothing sent, where it has passed.
 */
export function withTotalLeft(request: TransportRequest, startedAt: number): TransportRequest {
  const { timeouts, origin, route } = request;
  if (timeouts.totalMs === undefined) return request;
  const totalMs = Math.ceil(timeouts.totalMs - (performance.now() - startedAt));
  if (totalMs <= 0) throw exchangeTimedOut('total', timeouts.totalMs, origin, route, 'no');
  return { ...request, timeouts: { ...timeouts, totalMs } };
}
