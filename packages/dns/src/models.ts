/** What DNS drivers speak of: plain, JSON-safe records, the provider's own answer under `raw`. */

/** Whether a zone is written here (`primary`), copied from elsewhere (`secondary`), or replicated by the provider itself (`native`). */
export type ZoneKind = 'primary' | 'secondary' | 'native';

/** A zone as a provider holds it. */
export interface Zone {
  /** The provider's own id, used verbatim. */
  readonly id: string;
  /** Lower case, A-labels, without the dot at the end: `example.org`; the root is `.`. */
  readonly name: string;
  /** Seconds: the TTL of the zone's SOA, where the provider tells it. */
  readonly ttl?: number | undefined;
  readonly kind?: ZoneKind | undefined;
  readonly raw: unknown;
}

/** What a record set is found by. */
export interface RecordSetKey {
  /** Relative to the zone; the apex is `''`. Also accepted: `@` for the apex, and an absolute name with its dot at the end. */
  readonly name: string;
  /** `A`, `MX`, `TXT`, …; read without regard to case. */
  readonly type: string;
}

/** A record set as it shall be: all values of one name and type, which share one TTL (RFC 2181 §5). */
export interface RecordSetInput extends RecordSetKey {
  /** Seconds, 0 to 2147483647. */
  readonly ttl: number;
  /** Presentation format (`10 mail.example.org.`), host names with their dot at the end; the text of a TXT as it is, neither quoted nor split. */
  readonly values: readonly string[];
}

/** A record set as a provider holds it; `name` is relative and canonical, `type` in capitals. */
export interface RecordSet extends RecordSetInput {
  readonly raw: unknown;
}

/** One record as it shall be. */
export interface RecordInput extends RecordSetKey {
  /** Seconds; all records of one name and type share it. */
  readonly ttl: number;
  /** As one of `RecordSetInput.values`. */
  readonly value: string;
}

/** One value of a record set. */
export interface DnsRecord extends RecordInput {
  /** The provider's id, or, where a provider knows record sets only, one made of type, name and value. */
  readonly id: string;
  readonly raw: unknown;
}

/** What `updateRecord` changes; members left out stay as they are. */
export interface RecordChanges {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly ttl?: number | undefined;
  readonly value?: string | undefined;
}

/** What `applyChanges` does: sets that shall be exactly so, and sets that shall be gone. */
export interface ZoneChanges {
  readonly upsert?: readonly RecordSetInput[] | undefined;
  readonly delete?: readonly RecordSetKey[] | undefined;
}

/** What `diffZone` and `importZone` answer: both lists are there, empty where nothing differs. */
export interface ZoneDiff {
  readonly upsert: readonly RecordSetInput[];
  readonly delete: readonly RecordSetKey[];
}

/** What `createZone` takes on every driver. */
export interface CreateZoneInput {
  /** `example.org`, with or without the dot at the end; Unicode becomes A-labels. */
  readonly name: string;
  /** Seconds: the TTL of the zone's SOA, and of sets without one where the provider has such a default. */
  readonly ttl?: number | undefined;
  readonly kind?: ZoneKind | undefined;
}

/** A zone is given as its id, its name, or the model itself (which saves drivers a look-up). */
export type ZoneRef = string | Pick<Zone, 'id' | 'name'>;

/** A record is given as its id or as the model itself. */
export type RecordRef = string | DnsRecord;
