/** What most error bodies have in common. A provider's own `parseError` knows more. */
import type { ProviderError } from '../hooks.js';

/**
 * Reads `{ message, code }`, `{ error: … }` (a text or a record), `{ errors: [ … ] }`, and XML's
 * `<Error><Code/><Message/><RequestId/></Error>` with or without an envelope.
 */
export function commonError(body: unknown): ProviderError {
  if (typeof body === 'string') return { message: firstLine(body) };
  if (!isRecord(body)) return {};
  const inner =
    own(body, 'error') ??
    own(body, 'Error') ??
    first(own(body, 'errors')) ??
    first(own(body, 'Errors'));
  const envelope = own(body, 'ErrorResponse') ?? own(body, 'Response');
  if (inner === undefined && isRecord(envelope)) return commonError(envelope);
  const told =
    typeof inner === 'string'
      ? { ...read(body), message: inner }
      : isRecord(inner)
        ? read(inner)
        : {};
  const around = read(body);
  const nested =
    isRecord(inner) && isRecord(own(inner, 'Error')) ? read(own(inner, 'Error') as Bag) : {};
  return {
    message: nested.message ?? told.message ?? around.message,
    code: nested.code ?? told.code ?? around.code,
    requestId: told.requestId ?? around.requestId,
  };
}

type Bag = Record<string, unknown>;

function read(record: Bag): ProviderError {
  return {
    message: text(
      record,
      'message',
      'Message',
      'title',
      'detail',
      'error_description',
      'description',
    ),
    code: text(record, 'code', 'Code', 'id', 'type'),
    requestId: text(record, 'request_id', 'requestId', 'RequestId', 'RequestID'),
  };
}

function text(record: Bag, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = own(record, name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

function own(record: Bag, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}

/** The first line of a plain text. A page of markup gives no message. */
function firstLine(body: string): string | undefined {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1];
  const line = title ?? (/^\s*</.test(body) ? undefined : body.trim().split('\n', 1)[0]);
  return line === undefined || line.trim() === '' ? undefined : line.trim();
}

function isRecord(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
