/** The face of `@sdk/dns`. Named exports only; drivers are at `@sdk/dns/drivers/<id>`. */
export type { DnsCapabilities } from './capabilities.js';
export type { CheckedChanges, CheckedSet } from './check.js';
export { DnsDriver } from './dns-driver.js';
export type { ZonePlace } from './dns-driver.js';
export type {
  CreateZoneInput,
  DnsRecord,
  RecordChanges,
  RecordInput,
  RecordRef,
  RecordSet,
  RecordSetInput,
  RecordSetKey,
  Zone,
  ZoneChanges,
  ZoneDiff,
  ZoneKind,
  ZoneRef,
} from './models.js';
export { RecordSetDnsDriver } from './record-set-dns-driver.js';
export { getDriver } from './registry.js';
export { parseZoneFile } from './zone-file/parse.js';
export type { ParseZoneFileOptions } from './zone-file/parse.js';
export { printZoneFile } from './zone-file/print.js';
