/** The moment at which a request's total ends. After it nothing may be sent, since the caller has given up by then. */
import type { RequestSent, SdkError } from '../errors.js';
import { exchangeTimedOut } from '../wire/failure.js';
import type { TransportRequest } from './transport.js';

/** The request with that moment; if none is set, the total is counted from now. */
export function withDeadline(request: TransportRequest): TransportRequest {
  const { deadlineAt, timeouts } = request;
  return timeouts.totalMs === undefined || deadlineAt !== undefined
    ? request
    : { ...request, deadlineAt: performance.now() + timeouts.totalMs };
}

/** @throws TimeoutError of phase `total`, nothing sent, if the moment has passed. */
export function checkDeadline(request: TransportRequest): void {
  const { deadlineAt } = request;
  if (deadlineAt !== undefined && performance.now() >= deadlineAt) throw totalPassed(request, 'no');
}

/** The error for a request whose total has passed. */
export function totalPassed(request: TransportRequest, requestSent: RequestSent): SdkError {
  const { timeouts, origin, route } = request;
  return exchangeTimedOut('total', timeouts.totalMs as number, origin, route, requestSent);
}
