import { BaseDriver, CALL_KEYS, checkKeys } from '@sdk/common';
import type { BaseConnection, CallOptions } from '@sdk/common';
import type { DnsCapabilities } from './capabilities.js';
import { checkChanges, checkKey, checkRecordSet } from './check.js';
import type { CheckedChanges } from './check.js';
import { diffRecordSets } from './diff.js';
import { absent, setTitle } from './failures.js';
import type {
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
  ZoneRef,
} from './models.js';
import { parseZoneFile } from './zone-file/parse.js';
import { printZoneFile } from './zone-file/print.js';

/** Where a zone is at the provider: its id, and its name to make names absolute with. */
export type ZonePlace = Pick<Zone, 'id' | 'name'>;

/**
 * What every DNS driver does. A zone is given as its id, its name or the model; the last argument of each method is the
 * options of that call (`httpProxy`, `timeouts`, `signal`, …).
 *
 * On every driver: deleting a record or record set that is not there succeeds, deleting a zone that is not there is a
 * `NotFoundError`, creating a zone that exists is a `ConflictError`; names, values and TTLs that cannot be right are a
 * `ConfigurationError`, and nothing is sent.
 */
export abstract class DnsDriver<C extends BaseConnection = BaseConnection> extends BaseDriver<C> {
  /** What this driver can do beyond what all of them do. */
  abstract readonly capabilities: DnsCapabilities;

  /** Every zone; a page is fetched only when it is asked for. */
  abstract listZones(options?: CallOptions): AsyncIterable<Zone>;

  /** @throws NotFoundError where there is no such zone. */
  abstract getZone(zone: ZoneRef, options?: CallOptions): Promise<Zone>;

  /** @throws ConflictError where the zone exists. */
  abstract createZone(input: CreateZoneInput, options?: CallOptions): Promise<Zone>;

  /**
   * Deletes a zone with all that is in it.
   * @throws NotFoundError where there is no such zone.
   */
  abstract deleteZone(zone: ZoneRef, options?: CallOptions): Promise<void>;

  /** Every single record of a zone. */
  abstract listRecords(zone: ZoneRef, options?: CallOptions): AsyncIterable<DnsRecord>;

  /**
   * Adds one record beside those of the same name and type, which stay. The TTL is the set's: where it differs, it becomes
   * theirs too.
   * @throws ConflictError where that record exists.
   */
  abstract createRecord(
    zone: ZoneRef,
    record: RecordInput,
    options?: CallOptions,
  ): Promise<DnsRecord>;

  /**
   * Changes one record; those of the same name and type stay, but for a TTL, which is the set's.
   * @returns the record as it is then; where ids are made of name, type and value, its id is another.
   * @throws NotFoundError where the record is not there; ConflictError where the changed one is there already.
   */
  abstract updateRecord(
    zone: ZoneRef,
    record: RecordRef,
    changes: RecordChanges,
    options?: CallOptions,
  ): Promise<DnsRecord>;

  /** Takes one record away; those of the same name and type stay. One that is not there is no error. */
  abstract deleteRecord(zone: ZoneRef, record: RecordRef, options?: CallOptions): Promise<void>;

  /** Every record set of a zone, the SOA included. */
  async *listRecordSets(zone: ZoneRef, options: CallOptions = {}): AsyncIterable<RecordSet> {
    for await (const set of this.readSets(await this.resolveZone(zone, options), options)) {
      if (this.isServed(set)) yield set;
    }
  }

  /** @throws NotFoundError where the zone has no such set, or there is no such zone. */
  async getRecordSet(
    zone: ZoneRef,
    name: string,
    type: string,
    options: CallOptions = {},
  ): Promise<RecordSet> {
    const check = (of: string): RecordSetKey => checkKey({ name, type }, of);
    return this.inZone(zone, check, options, async (place, key, call) => {
      const set = await this.readSet(place, key, call);
      if (set === undefined || !this.isServed(set)) throw absent(setTitle(place.name, key));
      return set;
    });
  }

  /**
   * Makes a record set exactly so, whether there was one or not: values that are not given are gone.
   * @returns the set as it was written, in canonical spelling.
   */
  async upsertRecordSet(
    zone: ZoneRef,
    set: RecordSetInput,
    options: CallOptions = {},
  ): Promise<RecordSet> {
    const check = (of: string): RecordSetInput => checkRecordSet(set, of);
    return this.inZone(zone, check, options, async (place, checked, call) => {
      const [raw] = await this.writeSets(place, { upsert: [checked], delete: [] }, call);
      return { ...checked, raw };
    });
  }

  /** Deletes a whole record set. One that is not there is no error. */
  async deleteRecordSet(
    zone: ZoneRef,
    name: string,
    type: string,
    options: CallOptions = {},
  ): Promise<void> {
    await this.applyChanges(zone, { delete: [{ name, type }] }, options);
  }

  /**
   * Makes several record sets so, and others gone: in one request, and as a whole or not at all, where
   * `capabilities.atomicChanges` says so. Where nothing is to be changed, nothing is sent.
   * @throws ConfigurationError where a set is named twice.
   */
  async applyChanges(
    zone: ZoneRef,
    changes: ZoneChanges,
    options: CallOptions = {},
  ): Promise<void> {
    const check = (of: string): CheckedChanges => checkChanges(changes, of);
    await this.inZone(zone, check, options, (place, checked, call) =>
      this.write(place, checked, call),
    );
  }

  /** The whole zone as a zone file (RFC 1035 §5), which `importZone` and name servers read. */
  async exportZone(zone: ZoneRef, options: CallOptions = {}): Promise<string> {
    return this.underTotal(options, async (call) => {
      const place = await this.resolveZone(zone, call);
      return printZoneFile(place.name, await this.servedSets(place, call));
    });
  }

  /**
   * Writes the record sets of a zone file into the zone: sets that differ become as in the text, sets that the text does
   * not name stay, and so does the SOA.
   * @returns what was changed; nothing is sent where nothing differs.
   * @throws ConfigurationError which names the line, where the text is no zone file; nothing is changed then.
   */
  async importZone(zone: ZoneRef, text: string, options: CallOptions = {}): Promise<ZoneDiff> {
    return this.compared(zone, text, options, async (place, diff, call) => {
      const changes = { upsert: diff.upsert, delete: [] };
      await this.write(place, changes, call);
      return changes;
    });
  }

  /**
   * What `applyChanges` has to do so that the zone holds the desired record sets and no others. Nothing is changed.
   *
   * The SOA is left alone, since its serial is the provider's, and so is the apex's NS where none is desired.
   * @param desired record sets, or a zone file.
   */
  async diffZone(
    zone: ZoneRef,
    desired: string | readonly RecordSetInput[],
    options: CallOptions = {},
  ): Promise<ZoneDiff> {
    return this.compared(zone, desired, options, async (_place, diff) => diff);
  }

  // What a driver brings. Names are relative and canonical here, types in capitals, values canonical and checked.

  /** Where a zone is: no request where its model was given. */
  protected abstract resolveZone(zone: ZoneRef, options: CallOptions): Promise<ZonePlace>;

  /** Every record set, also those of which nothing is served. */
  protected abstract readSets(zone: ZonePlace, options: CallOptions): AsyncIterable<RecordSet>;

  protected abstract readSet(
    zone: ZonePlace,
    key: RecordSetKey,
    options: CallOptions,
  ): Promise<RecordSet | undefined>;

  /**
   * Writes sets, the deleted ones first. No set is in it twice, and one of both lists is not empty.
   * @returns what is to stand under `raw` of each upserted set, in order.
   */
  protected abstract writeSets(
    zone: ZonePlace,
    changes: CheckedChanges,
    options: CallOptions,
  ): Promise<readonly unknown[]>;

  /** Whether a set is to be seen; one may be stored and switched off. */
  protected isServed(set: RecordSet): boolean {
    return set.values.length > 0;
  }

  /**
   * Runs a check before a zone's name is looked up, so that nothing is sent for what is wrong in every zone, and again within
   * it; then what the call does there. The look-up and all requests of `run` are under one total.
   */
  protected async inZone<Checked, T>(
    zone: ZoneRef,
    check: (zoneName: string) => Checked,
    options: CallOptions,
    run: (place: ZonePlace, checked: Checked, call: CallOptions) => Promise<T>,
  ): Promise<T> {
    // Here as well as with each request, since there may be none to send.
    this.settings.checkOpen();
    checkKeys(options, CALL_KEYS, 'call options');
    if (options.signal?.aborted === true) throw options.signal.reason;
    check('.');
    return this.underTotal(options, async (call) => {
      const place = await this.resolveZone(zone, call);
      return run(place, check(place.name), call);
    });
  }

  private async write(
    place: ZonePlace,
    changes: CheckedChanges,
    options: CallOptions,
  ): Promise<void> {
    if (changes.upsert.length > 0 || changes.delete.length > 0) {
      await this.writeSets(place, changes, options);
    }
  }

  private async servedSets(place: ZonePlace, options: CallOptions): Promise<RecordSet[]> {
    const sets: RecordSet[] = [];
    for await (const set of this.readSets(place, options)) if (this.isServed(set)) sets.push(set);
    return sets;
  }

  /** Runs what is done about the difference between a zone and what is desired of it. */
  private compared<T>(
    zone: ZoneRef,
    desired: string | readonly RecordSetInput[],
    options: CallOptions,
    run: (place: ZonePlace, diff: ZoneDiff, call: CallOptions) => Promise<T>,
  ): Promise<T> {
    const check = (of: string): readonly RecordSetInput[] => desiredSets(desired, of);
    return this.inZone(zone, check, options, async (place, sets, call) =>
      run(place, diffRecordSets(await this.servedSets(place, call), sets), call),
    );
  }
}

function desiredSets(
  desired: string | readonly RecordSetInput[],
  zone: string,
): readonly RecordSetInput[] {
  return typeof desired === 'string'
    ? parseZoneFile(desired, { zone })
    : checkChanges({ upsert: desired }, zone).upsert;
}
