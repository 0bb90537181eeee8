/** The headers of a request as undici takes them. */
import { ConfigurationError } from '../../errors.js';
import { indexOfName } from '../flat-headers.js';
import { unsendable } from '../head.js';

/**
 * The list without `Transfer-Encoding: chunked`, which undici writes itself where a body has no length.
 * @throws ConfigurationError for another transfer coding: the body would not be in it.
 */
export function engineHeaders(headers: readonly string[]): readonly string[] {
  const at = indexOfName(headers, 'transfer-encoding');
  if (at < 0) return headers;
  if ((headers[at + 1] as string).trim().toLowerCase() !== 'chunked') {
    throw refusedBy(headers, new Error('undici sends no other transfer coding than chunked'));
  }
  return engineHeaders([...headers.slice(0, at), ...headers.slice(at + 2)]);
}

/** Headers that undici never sends. */
const NEVER_SENT = ['expect', 'upgrade', 'keep-alive', 'transfer-encoding'];

/** undici refused the request before anything was written: which header is at fault, where that is known. */
export function refusedBy(headers: readonly string[], cause: unknown): ConfigurationError {
  const at = NEVER_SENT.map((each) => indexOfName(headers, each)).find((index) => index >= 0);
  const name = at === undefined ? undefined : headers[at];
  if (name === undefined) return unsendable(cause);
  const what = name.toLowerCase() === 'transfer-encoding' ? `another ${name} than chunked` : name;
  return new ConfigurationError(`UndiciTransport sends no ${what} among the headers of a request`, {
    field: `headers.${name}`,
    hint: 'Leave the header out, or send the request by AxiosTransport.',
    cause,
  });
}
