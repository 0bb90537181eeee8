import { ConflictError, NotFoundError } from '@sdk/common';
import type { RecordSetKey } from './models.js';

/** A set in words: `The A set of www in example.org`. */
export function setTitle(zone: string, { name, type }: RecordSetKey): string {
  return `The ${type} set of ${name === '' ? 'the apex' : name} in ${zone}`;
}

/** What a provider's good answer shows not to be there; as every `NotFoundError` it has the status 404. */
export function absent(what: string): NotFoundError {
  return new NotFoundError(`${what} does not exist`, { status: 404 });
}

/** What a provider's good answer shows to be there already; as every `ConflictError` it has the status 409. */
export function present(what: string): ConflictError {
  return new ConflictError(`${what} exists already`, { status: 409 });
}
