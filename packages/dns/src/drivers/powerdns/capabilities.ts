/** What PowerDNS can do, from its own document. */
import { defineCapabilities } from '@sdk/common';
import type { DnsCapabilities } from '../../capabilities.js';

const ZONE_DOCUMENT = 'https://doc.powerdns.com/authoritative/http-api/zone.html';

/** It knows record sets; single records are made of them. */
export const POWERDNS_CAPABILITIES: DnsCapabilities = defineCapabilities({
  atomicChanges: true,
  atomicRecordChanges: {
    reason:
      'The server replaces whole record sets: a record is changed by reading its set and writing it back.',
    source: `${ZONE_DOCUMENT}#rrset`,
  },
  stableRecordIds: {
    reason: 'Records have no ids: the driver makes them of type, name and value.',
    source: `${ZONE_DOCUMENT}#record`,
  },
  zoneTtl: true,
  secondaryZones: true,
});
