import type { Capabilities } from '@sdk/common';

/**
 * What differs between providers, as data: ask before you call. Every `false` has its reason and the provider's document
 * under `limitations`.
 *
 * - `atomicChanges`: `applyChanges` and `importZone` happen as a whole or not at all.
 * - `atomicRecordChanges`: two callers may change two records of one set at the same moment, and neither change is lost.
 * - `stableRecordIds`: records have ids of the provider's own, which stay when the record changes.
 * - `zoneTtl`: `createZone` takes `ttl`.
 * - `secondaryZones`: `createZone` takes the kind `secondary`.
 */
export type DnsCapabilities = Capabilities<
  'atomicChanges' | 'atomicRecordChanges' | 'stableRecordIds' | 'zoneTtl' | 'secondaryZones'
>;
