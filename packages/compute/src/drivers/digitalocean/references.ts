/** How DigitalOcean names its things, checked before anything is sent. */
import { ConfigurationError, quoted } from '@sdk/common';
import type { Reference } from '../../compute-driver.js';
import { idOf } from '../../reference.js';

/** A droplet's, action's or snapshot's id: a positive integer. */
export function numberOf(reference: Reference, field: string): number {
  const id = idOf(reference, field);
  const number = Number(id);
  if (/^[1-9][0-9]*$/.test(id) && Number.isSafeInteger(number)) return number;
  throw new ConfigurationError(
    `${field} must be DigitalOcean's id, a positive integer such as "3164444", not ${quoted(id)}`,
    { field },
  );
}

/** An id where it looks like one, else a slug or fingerprint: DigitalOcean tells them apart by their JSON type. */
export function numberOrText(reference: Reference, field: string): number | string {
  const id = idOf(reference, field);
  return /^[1-9][0-9]*$/.test(id) ? numberOf(id, field) : id;
}

/** A volume's or volume snapshot's id: a UUID. */
export function uuidOf(reference: Reference, field: string): string {
  const id = idOf(reference, field);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw new ConfigurationError(
    `${field} must be DigitalOcean's id, a UUID such as "506f78a4-e098-11e5-ad9f-000f53306ae1", not ${quoted(id)}`,
    { field },
  );
}
