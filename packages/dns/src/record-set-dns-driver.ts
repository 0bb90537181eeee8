import { quoted } from '@sdk/common';
import type { BaseConnection, CallOptions } from '@sdk/common';
import { checkRecord, checkRecordChanges, checkRecordRef } from './check.js';
import type { CheckedChanges, CheckedSet } from './check.js';
import { DnsDriver } from './dns-driver.js';
import type { ZonePlace } from './dns-driver.js';
import { absent, present, setTitle } from './failures.js';
import type {
  DnsRecord,
  RecordChanges,
  RecordInput,
  RecordRef,
  RecordSet,
  RecordSetKey,
  ZoneRef,
} from './models.js';
import { recordId } from './record-id.js';
import type { RecordIdentity } from './record-id.js';

/**
 * A driver of a provider that knows record sets only: single records are read out of sets and written into them.
 *
 * A record is changed by reading its set, changing that one value and writing the set back; the other values are written
 * as they came. That is not atomic: of two callers who change one set at the same moment, the later one wins. Whoever has
 * all values at hand should write the set itself.
 */
export abstract class RecordSetDnsDriver<
  C extends BaseConnection = BaseConnection,
> extends DnsDriver<C> {
  async *listRecords(zone: ZoneRef, options: CallOptions = {}): AsyncIterable<DnsRecord> {
    for await (const set of this.listRecordSets(zone, options)) {
      for (const value of set.values) yield recordOf(set, set.ttl, value, set.raw);
    }
  }

  async createRecord(
    zone: ZoneRef,
    record: RecordInput,
    options: CallOptions = {},
  ): Promise<DnsRecord> {
    const check = (of: string): RecordInput => checkRecord(record, of);
    return this.inZone(zone, check, options, async (place, checked, call) => {
      const was = await this.readSetToChange(place, checked, call);
      if (was?.values.includes(checked.value)) throw present(title(place.name, checked));
      const set = withValue(was, checked);
      const [raw] = await this.writeSets(place, { upsert: [set], delete: [] }, call);
      return recordOf(checked, checked.ttl, checked.value, raw);
    });
  }

  async updateRecord(
    zone: ZoneRef,
    record: RecordRef,
    changes: RecordChanges,
    options: CallOptions = {},
  ): Promise<DnsRecord> {
    const check = (of: string) => {
      const old = checkRecordRef(record, of);
      return { old, next: checkRecordChanges(changes, old, of) };
    };
    return this.inZone(zone, check, options, async (place, { old, next: wanted }, call) => {
      const was = await this.readSetToChange(place, old, call);
      if (was === undefined || !was.values.includes(old.value))
        throw absent(title(place.name, old));
      const next = { ...wanted, ttl: wanted.ttl ?? was.ttl };
      const stays = next.name === old.name && next.type === old.type;
      const target = stays ? was : await this.readSetToChange(place, next, call);
      if (target?.values.includes(next.value) && !(stays && next.value === old.value)) {
        throw present(title(place.name, next));
      }
      const write = stays
        ? { upsert: [withValue(was, next, old.value)], delete: [] }
        : both(this.without(was, old.value), { upsert: [withValue(target, next)], delete: [] });
      const raws = await this.writeSets(place, write, call);
      return recordOf(next, next.ttl, next.value, raws.at(-1));
    });
  }

  async deleteRecord(zone: ZoneRef, record: RecordRef, options: CallOptions = {}): Promise<void> {
    const check = (of: string): RecordIdentity => checkRecordRef(record, of);
    await this.inZone(zone, check, options, async (place, { value, ...key }, call) => {
      const was = await this.readSetToChange(place, key, call);
      if (was === undefined || !was.values.includes(value)) return;
      await this.writeSets(place, this.without(was, value), call);
    });
  }

  /** As `readSet`, with everything that a write would otherwise lose. */
  protected readSetToChange(
    zone: ZonePlace,
    key: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined> {
    return this.readSet(zone, key, options);
  }

  /** Whether a set holds more than its values, so that it stays when it loses the last one. */
  protected holdsMore(_set: RecordSet): boolean {
    return false;
  }

  private without(was: RecordSet, value: string): CheckedChanges {
    const { name, type, ttl } = was;
    const values = was.values.filter((other) => other !== value);
    return values.length > 0 || this.holdsMore(was)
      ? { upsert: [{ name, type, ttl, values, was }], delete: [] }
      : { upsert: [], delete: [{ name, type }] };
  }
}

/** A set with one value more, or with one value in another's place. */
function withValue(
  was: RecordSet | undefined,
  { name, type, ttl, value }: RecordInput,
  instead?: string,
): CheckedSet {
  const values =
    instead === undefined
      ? [...(was?.values ?? []), value]
      : (was?.values ?? []).map((other) => (other === instead ? value : other));
  return { name, type, ttl, values, was };
}

function both(first: CheckedChanges, second: CheckedChanges): CheckedChanges {
  return {
    upsert: [...first.upsert, ...second.upsert],
    delete: [...first.delete, ...second.delete],
  };
}

function recordOf(
  { name, type }: Pick<RecordIdentity, 'name' | 'type'>,
  ttl: number,
  value: string,
  raw: unknown,
): DnsRecord {
  return { id: recordId({ name, type, value }), name, type, ttl, value, raw };
}

function title(zone: string, record: RecordIdentity): string {
  return `${setTitle(zone, record)} with the value ${quoted(record.value)}`;
}
