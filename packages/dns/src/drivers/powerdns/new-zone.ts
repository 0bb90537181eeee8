import { checkKeys, ConfigurationError, quoted } from '@sdk/common';
import { checkTtl } from '../../check.js';
import type { CreateZoneInput } from '../../models.js';
import { absoluteName, canonicalZoneName, hostName } from '../../names.js';
import { WIRE_KINDS } from './wire.js';

/** A new zone, with what only PowerDNS knows. */
export interface CreatePowerDnsZoneInput extends CreateZoneInput {
  /** Absolute names, each with its dot at the end: they become the apex's NS. */
  readonly nameservers?: readonly string[] | undefined;
  /** Addresses that a secondary zone is copied from, e.g. `192.0.2.1` or `192.0.2.1:5300`. */
  readonly masters?: readonly string[] | undefined;
  /** A word of the operator's own that the server keeps with the zone. */
  readonly account?: string | undefined;
}

/** The body of the request that creates a zone, and the TTL that is set behind it. */
interface NewZone {
  readonly name: string;
  readonly kind: string;
  readonly nameservers: readonly string[];
  readonly masters: readonly string[];
  readonly account: string | undefined;
  readonly ttl: number | undefined;
}

/** @throws ConfigurationError that names the member at fault. */
export function checkNewZone(input: CreatePowerDnsZoneInput): NewZone {
  checkKeys(input, ['name', 'ttl', 'kind', 'nameservers', 'masters', 'account'], 'createZone');
  const { kind = 'native' } = input;
  if (!Object.hasOwn(WIRE_KINDS, kind)) {
    throw new ConfigurationError(`kind ${quoted(kind)} is none of native, primary and secondary`, {
      field: 'kind',
    });
  }
  const nameservers = strings(input.nameservers, 'nameservers');
  const masters = strings(input.masters, 'masters');
  const ttl = input.ttl === undefined ? undefined : checkTtl(input.ttl);
  if (kind === 'secondary' && ttl !== undefined) {
    throw new ConfigurationError(
      'ttl cannot be set for a secondary zone, which is copied; leave it out',
      {
        field: 'ttl',
      },
    );
  }
  if (kind === 'secondary' && nameservers.length > 0) {
    throw new ConfigurationError(
      'nameservers cannot be set for a secondary zone, which is copied; leave them out',
      { field: 'nameservers' },
    );
  }
  if (
    input.account !== undefined &&
    (typeof input.account !== 'string' || /[\x00-\x1f\x7f]/.test(input.account))
  ) {
    throw new ConfigurationError(
      `account ${quoted(input.account)} must be a text without control characters`,
      {
        field: 'account',
      },
    );
  }
  return {
    name: absoluteName('', canonicalZoneName(input.name)),
    kind: WIRE_KINDS[kind],
    nameservers: nameservers.map((name, index) => hostName(name, `nameservers[${index}]`)),
    masters,
    account: input.account,
    ttl,
  };
}

function strings(list: readonly string[] | undefined, field: string): readonly string[] {
  const texts: unknown = list ?? [];
  if (Array.isArray(texts) && texts.every((item) => /^[!-~]+$/.test(String(item)))) {
    return texts.map(String);
  }
  throw new ConfigurationError(`${field} must be a list of texts without spaces`, { field });
}
