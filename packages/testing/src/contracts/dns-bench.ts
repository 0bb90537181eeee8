import { randomBytes } from 'node:crypto';
import type { DnsDriver, RecordSet, RecordSetInput, Zone } from '@sdk/dns';
import { tidied } from './bounded-test.js';
import { driverBench, type DriverBench } from './driver-bench.js';
import { collect, type Runner } from './runner.js';

/** What the suite runs on. */
export interface DnsContract extends Runner {
  /** Opens the driver on an account that the suite may change; called for each test. */
  readonly open: () => Promise<{ readonly driver: DnsDriver; close(): Promise<void> }>;
  /** A zone that is not there yet and can be created; a new one at each call. @default a name below `example.` */
  readonly zoneName?: (() => string) | undefined;
  /** A TTL, in seconds, that the provider takes. @default 300 */
  readonly ttl?: number | undefined;
}

/** What the parts of the suite stand on. */
export interface DnsBench extends DriverBench<DnsDriver> {
  /** A test in a zone of its own, which is deleted afterwards. */
  readonly inZone: (name: string, run: (driver: DnsDriver, zone: Zone) => Promise<void>) => void;
  /** The name of a zone that is not there. */
  readonly freshName: () => string;
  /** In seconds: one that the provider takes. */
  readonly ttl: number;
  /** A set of A records. */
  readonly a: (name: string, ...values: string[]) => RecordSetInput;
  /** The sets of a zone but for those that every zone has. */
  readonly ownSets: (driver: DnsDriver, zone: Zone) => Promise<RecordSet[]>;
}

export function dnsBench(contract: DnsContract): DnsBench {
  const bench = driverBench(contract);
  const { ttl = 300 } = contract;
  const freshName = contract.zoneName ?? (() => `sdk-${randomBytes(6).toString('hex')}.example`);
  return {
    ...bench,
    freshName,
    ttl,
    inZone: (name, run) => {
      bench.on(name, async (driver) => {
        const zone = await driver.createZone({ name: freshName() });
        await tidied(
          () => run(driver, zone),
          () => driver.deleteZone(zone),
        );
      });
    },
    a: (name, ...values) => ({ name, type: 'A', ttl, values }),
    ownSets: async (driver, zone) => {
      const sets = await collect(driver.listRecordSets(zone));
      return sets.filter(({ name, type }) => name !== '' || (type !== 'SOA' && type !== 'NS'));
    },
  };
}

/** In one order, since providers list values and sets in theirs. */
export function sorted(values: Iterable<string>): string[] {
  return [...values].sort();
}
