import { ConfigurationError, quoted } from '@sdk/common';
import type { RecordRef } from './models.js';
import { comparableValue } from './values.js';

/** What identifies a record where the provider knows record sets only. */
export interface RecordIdentity {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/**
 * The id of a record within its zone: `A/www/192.0.2.1`; `@` stands for the apex. The name is percent-encoded, since a
 * slash may be part of it (RFC 2317).
 */
export function recordId({ name, type, value }: RecordIdentity): string {
  return `${type}/${name === '' ? '@' : encodeURIComponent(name)}/${value}`;
}

/**
 * What an id made by `recordId` says, or what a record's members say.
 * @throws ConfigurationError where it is neither.
 */
export function recordIdentity(record: RecordRef): RecordIdentity {
  if (typeof record === 'object' && record !== null) return record;
  // The value may be empty: a TXT's may.
  const match = /^([A-Z0-9-]+)\/([^/]+)\/([^]*)$/.exec(record);
  const name = match === null ? undefined : decode(match[2] as string);
  if (match === null || name === undefined) {
    throw new ConfigurationError(
      `record ${quoted(record)} is no id of a record; give the record or its id, such as A/www/192.0.2.1`,
      { field: 'record' },
    );
  }
  const type = match[1] as string;
  return { name, type, value: comparableValue(type, match[3] as string) };
}

function decode(name: string): string | undefined {
  if (name === '@') return '';
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
