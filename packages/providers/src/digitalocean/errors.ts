/** DigitalOcean's failures as errors of the SDK. */
import { ConflictError } from '@sdk/common';
import type { FailedAnswer, ProviderError } from '@sdk/common';

/** `{"id":"not_found","message":"…","request_id":"…"}`, the body of every failure. */
interface WireError {
  readonly id?: unknown;
  readonly message?: unknown;
  readonly request_id?: unknown;
}

/**
 * Reads a failure. One code is refined: a droplet that is busy with another action is refused with 422, which says
 * nothing about the values that were sent; the same request may succeed when that action has ended.
 */
export function parseDigitalOceanError({
  status,
  headers,
  body,
}: Pick<FailedAnswer, 'status' | 'headers' | 'body'>): ProviderError {
  const error: WireError = typeof body === 'object' && body !== null ? body : {};
  const message = textOf(error.message);
  const busy = status === 422 && /pending event/i.test(message ?? '');
  return {
    message,
    code: textOf(error.id),
    requestId: textOf(error.request_id) ?? headers.get('x-request-id'),
    ...(busy && { class: ConflictError, retryable: true }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
