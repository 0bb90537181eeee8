/** What a request gets if `close` of its transport came before its end. */
import { ConfigurationError, ConnectionError, type RequestSent } from '../errors.js';
import type { Origin } from '../route/origin.js';

/** What a transport's own word of its end names. */
export const CLOSED_FIELD = 'transport.close';

const HINT = 'Make a new one, or close it later.';

/** For a request that came after `close`: nothing of it was sent. */
export function closedBefore(): ConfigurationError {
  return new ConfigurationError('The transport is closed; nothing was sent', {
    field: CLOSED_FIELD,
    hint: HINT,
  });
}

/** It was waiting for a socket, for its dial, or between two legs. */
export function closedMeanwhile(): ConfigurationError {
  return new ConfigurationError('The transport is closed', { field: CLOSED_FIELD, hint: HINT });
}

/** It was on its socket, or its answer was. */
export function closedInFlight({ href }: Origin, requestSent: RequestSent): ConnectionError {
  return new ConnectionError(`The transport was closed before the answer of ${href} had ended`, {
    reason: 'ECONNABORTED',
    requestSent,
    retryable: false,
    hint: HINT,
  });
}
