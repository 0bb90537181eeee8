/** What the API of PowerDNS says, as far as the driver reads it. Members beyond these stay in `raw`. */
import type { CheckedChanges, CheckedSet } from '../../check.js';
import type { RecordSet, RecordSetKey, Zone, ZoneKind } from '../../models.js';
import { absoluteName, canonicalZoneName, relativeName } from '../../names.js';
import { readValue, wireValue } from '../../values.js';
import { needStrings, needTtl } from './answers.js';

/** A zone; `name` is absolute, `id` escaped in the server's own way. */
export interface WireZone {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly rrsets?: readonly WireRecordSet[] | undefined;
}

/** A record set; `name` is absolute. One that has comments only comes without records. */
export interface WireRecordSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly WireRecord[];
}

/** A record; a disabled one is stored and not served. */
export interface WireRecord {
  readonly content: string;
  readonly disabled: boolean;
}

/** A hit of a search: a zone, a record or a comment. */
export interface WireSearchResult {
  readonly object_type: 'zone' | 'record' | 'comment';
  readonly name: string;
  readonly zone_id: string;
  readonly zone?: string | undefined;
  readonly type?: string | undefined;
  readonly ttl?: number | undefined;
  readonly content?: string | undefined;
}

/** The server's own description. */
export interface WireServer {
  readonly id: string;
  readonly version: string;
}

/** PowerDNS 4.5 renamed Master and Slave and still answers with the old names; catalog zones came in 4.7. */
const KINDS: Readonly<Record<string, ZoneKind>> = {
  native: 'native',
  master: 'primary',
  primary: 'primary',
  producer: 'primary',
  slave: 'secondary',
  secondary: 'secondary',
  consumer: 'secondary',
};

/** The names that every version understands. */
export const WIRE_KINDS: Readonly<Record<ZoneKind, string>> = {
  native: 'Native',
  primary: 'Master',
  secondary: 'Slave',
};

/** A zone of the API as a model; `ttl` is there where the answer holds the SOA. */
export function toZone(wire: WireZone): Zone {
  needStrings(wire, 'id', 'name', 'kind');
  const name = canonicalZoneName(wire.name);
  const soa = wire.rrsets?.find(({ type }) => type === 'SOA');
  if (soa !== undefined) needTtl(soa);
  const kind = KINDS[wire.kind.toLowerCase()];
  return {
    id: wire.id,
    name,
    ...(soa === undefined ? {} : { ttl: soa.ttl }),
    ...(kind === undefined ? {} : { kind }),
    raw: wire,
  };
}

/** A zone that was just created, and its SOA; a secondary one has none yet. */
export function toZoneAndSoa(wire: WireZone): { zone: Zone; was: RecordSet | undefined } {
  const zone = toZone(wire);
  const soa = wire.rrsets?.find(({ type }) => type === 'SOA');
  return { zone, was: soa === undefined ? undefined : toRecordSet(soa, zone.name) };
}

/** One set among others: those with comments come along unasked (4.7), and all sets do before 4.7. */
export function setOf(
  { rrsets = [] }: WireZone,
  zone: string,
  { name, type }: RecordSetKey,
): RecordSet | undefined {
  for (const set of rrsets) needStrings(set, 'name', 'type');
  return rrsets
    .filter((set) => set.type === type)
    .map((set) => toRecordSet(set, zone))
    .find((set) => set.name === name);
}

/** A record set of the API as a model: its values are those that are served. */
export function toRecordSet(wire: WireRecordSet, zone: string): RecordSet {
  needStrings(wire, 'name', 'type');
  needTtl(wire);
  for (const record of wire.records) needStrings(record, 'content');
  return {
    name: relativeName(wire.name, zone) ?? wire.name,
    type: wire.type,
    ttl: wire.ttl,
    values: wire.records
      .filter(({ disabled }) => !disabled)
      .map(({ content }) => readValue(wire.type, content)),
    raw: wire,
  };
}

/** Changes as a zone's PATCH takes them, and the sets as they are written. */
export function toWireChanges(
  changes: CheckedChanges,
  zone: string,
): { readonly written: readonly WireRecordSet[]; readonly rrsets: readonly object[] } {
  const gone = changes.delete.map(({ name, type }) => ({
    name: absoluteName(name, zone),
    type,
    changetype: 'DELETE',
  }));
  const written = changes.upsert.map((set) => ({
    name: absoluteName(set.name, zone),
    type: set.type,
    ttl: set.ttl,
    records: toWireRecords(set),
  }));
  return {
    written,
    rrsets: [...gone, ...written.map((set) => ({ ...set, changetype: 'REPLACE' }))],
  };
}

/**
 * The records of a set that is written. What it keeps of the set that it was is written as it came: the way a long text is
 * split, and records that are switched off.
 */
function toWireRecords({ type, values, was }: CheckedSet): WireRecord[] {
  const old = was === undefined ? [] : (was.raw as WireRecordSet).records;
  const kept = new Map(old.map((record) => [readValue(type, record.content), record]));
  const served = values.map((value) => ({
    content: kept.get(value)?.content ?? wireValue(type, value),
    disabled: false,
  }));
  const off = old.filter(
    ({ content, disabled }) => disabled && !values.includes(readValue(type, content)),
  );
  return [...served, ...off.map(({ content }) => ({ content, disabled: true }))];
}
