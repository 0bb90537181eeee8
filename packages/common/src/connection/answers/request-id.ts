/** The provider's own id of a request: what its support desk asks for. */
import type { ResponseHeaders } from '../../transport/response-headers.js';

/** Sent by, in this order: most providers; AWS; Azure; OpenStack, Swift; Cloudflare. */
const NAMES: readonly string[] = [
  'x-request-id',
  'x-amz-request-id',
  'x-amzn-requestid',
  'x-ms-request-id',
  'x-openstack-request-id',
  'x-trans-id',
  'request-id',
  'cf-ray',
];

/** The first of the headers that name a request; `undefined` where there is none. */
export function requestIdOf(headers: ResponseHeaders): string | undefined {
  for (const name of NAMES) {
    const value = headers.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
