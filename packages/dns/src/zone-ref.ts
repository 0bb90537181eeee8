import { ConfigurationError, quoted } from '@sdk/common';
import type { Zone, ZoneRef } from './models.js';
import { canonicalZoneName } from './names.js';

/**
 * Which zone is meant: a text (an id or a name), or the id and the canonical name of a model.
 * @throws ConfigurationError where it is neither.
 */
export function checkZoneRef(zone: ZoneRef): string | Pick<Zone, 'id' | 'name'> {
  const field = 'zone';
  if (typeof zone === 'string') {
    if (zone === '' || /[\x00-\x20\x7f]/.test(zone)) {
      throw new ConfigurationError(
        `zone ${quoted(zone)} is empty, or has a space or a control character in it; give its name, such as example.org`,
        { field },
      );
    }
    return zone;
  }
  if (typeof zone !== 'object' || zone === null || typeof zone.id !== 'string' || zone.id === '') {
    throw new ConfigurationError(
      'zone must be a name, an id, or a zone that a method of this driver returned',
      {
        field,
      },
    );
  }
  return { id: zone.id, name: canonicalZoneName(zone.name, 'zone.name') };
}
