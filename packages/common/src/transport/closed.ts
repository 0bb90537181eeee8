/** What a request gets that a transport's `close` has overtaken. */
import { ConfigurationError } from '../errors.js';

/** It came after `close`: nothing of it was sent. */
export function closedBefore(): ConfigurationError {
  return closed('The transport is closed; nothing was sent');
}

/** It was under way: it waited for a socket, for its dial, or stood between two legs. */
export function closedMeanwhile(): ConfigurationError {
  return closed('The transport is closed');
}

function closed(message: string): ConfigurationError {
  return new ConfigurationError(message, { hint: 'Make a new one, or close it later.' });
}
