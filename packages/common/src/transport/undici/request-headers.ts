/** The headers of a request as undici takes them. */
import { unsendable } from '../head.js';

/**
 * The list without `Transfer-Encoding: chunked`, which undici writes itself where a body has no length.
 * @throws ConfigurationError for another transfer coding: the body would not be in it.
 */
export function engineHeaders(headers: readonly string[]): readonly string[] {
  const at = indexOfName(headers, 'transfer-encoding');
  if (at < 0) return headers;
  if ((headers[at + 1] as string).trim().toLowerCase() !== 'chunked') {
    throw unsendable(new Error('undici sends no other transfer coding than chunked'));
  }
  return engineHeaders([...headers.slice(0, at), ...headers.slice(at + 2)]);
}

function indexOfName(headers: readonly string[], name: string): number {
  for (let i = 0; i < headers.length; i += 2) {
    const candidate = headers[i] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return i;
  }
  return -1;
}
