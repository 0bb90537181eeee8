import { dnsBench, type DnsContract } from './dns-bench.js';
import { testCalls } from './dns-calls.js';
import { testRecordSets } from './dns-record-sets.js';
import { testRecords } from './dns-records.js';
import { testZoneFiles } from './dns-zone-files.js';
import { testZones } from './dns-zones.js';

/**
 * What holds for every DNS driver, as tests of any runner.
 *
 * Each test opens the driver anew, works in a zone of its own with a name that nobody has used, deletes the zone, and closes
 * the driver.
 *
 * @example
 * testDnsDriver({ test, expect, open: async () => ({ driver, close: () => driver.close() }) });
 */
export function testDnsDriver(contract: DnsContract): void {
  const bench = dnsBench(contract);
  testZones(bench);
  testRecordSets(bench);
  testRecords(bench);
  testZoneFiles(bench);
  testCalls(bench);
}
