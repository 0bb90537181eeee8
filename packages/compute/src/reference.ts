/** How drivers read what they were given; for driver authors. */
import { ConfigurationError } from '@sdk/common';
import type { Reference } from './compute-driver.js';

/**
 * The id of a thing given by its id or as a model.
 * @param field the argument's name, for the error
 * @throws ConfigurationError where it is neither, or empty: an empty id would address the whole collection
 */
export function idOf(reference: Reference, field: string): string {
  const id: unknown =
    typeof reference === 'object' && reference !== null ? reference.id : reference;
  if (typeof id === 'string' && id.trim() !== '') return id;
  throw new ConfigurationError(
    `${field} must be an id or a model that has one, not ${describe(reference)}`,
    { field },
  );
}

/** A value as errors may show it: short, on one line. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object without a usable id';
}

/**
 * A text that must not be empty.
 * @throws ConfigurationError where it is something else
 */
export function textOf(value: unknown, field: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ConfigurationError(
    `${field} must be a text that is not empty, not ${describe(value)}`,
    {
      field,
    },
  );
}

/**
 * A public key in OpenSSH's form.
 * @throws ConfigurationError where it is not; a private key is refused before it can travel, and never shown
 */
export function publicKeyOf(value: unknown, field: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (/PRIVATE KEY/.test(text)) {
    throw new ConfigurationError(
      `${field} holds a private key, which must never travel; give the file whose name ends in .pub`,
      { field },
    );
  }
  if (/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [^\r\n]*)?$/.test(text)) return text;
  throw new ConfigurationError(
    `${field} must be one line in OpenSSH's form, such as "ssh-ed25519 AAAA… comment"`,
    { field },
  );
}
