/** What a proxy's refusal means, however the proxy words it: an answer to CONNECT, to a request in absolute-form, or in SOCKS. */

/** Whether with this status the proxy did not refuse, but failed, so that another proxy may reach the target. */
export function isGatewayFailure(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** The hint for a proxy whose rules exclude the target. */
export const FORBIDDEN_HINT =
  'The proxy forbids this target: ask the people who run it, or bypass it by noProxy (by NO_PROXY only where a variable named the proxy).';

/** The hint for a proxy that tried to connect to the target, and could not. */
export const UNREACHED_HINT = 'The proxy could not reach the target.';
