/** The error for a request whose transport was closed. */
import { ConfigurationError } from '../errors.js';

/** For a request that came after `close`: nothing of it was sent. */
export function closedBefore(): ConfigurationError {
  return closed('The transport is closed; nothing was sent');
}

/** For a request that had begun: it waited for a socket or a connection, or was between two legs. */
export function closedMeanwhile(): ConfigurationError {
  return closed('The transport is closed');
}

function closed(message: string): ConfigurationError {
  return new ConfigurationError(message, { hint: 'Make a new one, or close it later.' });
}
