/** How drivers read what they were given; for driver authors. */
import { ConfigurationError, quoted } from '@sdk/common';
import type { Reference } from './compute-driver.js';

/**
 * The id of a thing given by its id or as a model.
 * @param field the argument's name, for the error
 * @throws ConfigurationError where it is neither, or empty: an empty id would address the whole collection
 */
export function idOf(reference: Reference, field: string): string {
  const given: unknown = reference;
  const isModel = typeof given === 'object' && given !== null && !Array.isArray(given);
  const id: unknown = isModel ? (given as { readonly id?: unknown }).id : given;
  if (typeof id === 'string' && id.trim() !== '') return id;
  const what = isModel ? 'an object without a usable id' : quoted(given);
  throw new ConfigurationError(`${field} must be an id or a model that has one, not ${what}`, {
    field,
  });
}

/**
 * A text that must not be empty.
 * @throws ConfigurationError where it is something else
 */
export function textOf(value: unknown, field: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ConfigurationError(`${field} must be a text that is not empty, not ${quoted(value)}`, {
    field,
  });
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
