/** What is refused before anything is sent: the message names the field, shows what was seen, and says the remedy. */
import { checkKeys, ConfigurationError, quoted } from '@sdk/common';
import type {
  RecordChanges,
  RecordInput,
  RecordRef,
  RecordSet,
  RecordSetInput,
  RecordSetKey,
  ZoneChanges,
} from './models.js';
import { ownerName, writtenOwnerName } from './names.js';
import { recordIdentity } from './record-id.js';
import type { RecordIdentity } from './record-id.js';
import { isTextType } from './text.js';
import { canonicalValue, checkCount, comparableValue, wireValue } from './values.js';

/** RFC 2181 §8: a TTL is an unsigned number of 31 bits. */
const MAX_TTL = 2_147_483_647;

/** A TTL in seconds. */
export function checkTtl(ttl: unknown, field = 'ttl'): number {
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL) {
    throw new ConfigurationError(
      `${field} ${quoted(ttl)} is no TTL; give whole seconds from 0 to ${MAX_TTL}, such as 3600`,
      { field },
    );
  }
  return ttl;
}

/** A record type, in capitals. */
export function checkType(type: unknown, field = 'type'): string {
  if (typeof type !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(type)) {
    throw new ConfigurationError(
      `${field} ${quoted(type)} is no record type; write A, MX, TXT or the like`,
      { field },
    );
  }
  return type.toUpperCase();
}

/** A value of a type, in canonical spelling. */
function checkValue(type: string, value: unknown, field = 'value'): string {
  // Any text can be a TXT's, an empty one and control characters too: quoting escapes what the wire cannot take.
  if (isTextType(type)) {
    if (typeof value === 'string') wireValue(type, value);
    else throw new ConfigurationError(`${field} is no text; give one`, { field });
    return value;
  }
  if (typeof value !== 'string' || value.trim() === '') {
    throw new ConfigurationError(
      `${field} ${quoted(value)} is empty or no text; a ${type} record needs a value in presentation format`,
      { field },
    );
  }
  if (/[\x00-\x1f\x7f]/.test(value)) {
    throw new ConfigurationError(
      `${field} ${quoted(value)} has a control character in it; take it out`,
      { field },
    );
  }
  const canonical = canonicalValue(type, value, field);
  wireValue(type, canonical);
  return canonical;
}

/** Sets to write and sets to delete, in canonical spelling, each set once. */
export interface CheckedChanges {
  readonly upsert: readonly CheckedSet[];
  readonly delete: readonly RecordSetKey[];
}

/** A set to write. */
export interface CheckedSet extends RecordSetInput {
  /** What it was read as, where it changes a part of that: what is not meant to change is then written as it came. */
  readonly was?: RecordSet | undefined;
}

// A model may be given where its members are: what it holds beside them is no mistake.
const SET_KEYS = ['name', 'type', 'ttl', 'values', 'raw'];
const RECORD_KEYS = ['name', 'type', 'ttl', 'value', 'id', 'raw'];
const CHANGE_KEYS = ['name', 'type', 'ttl', 'value'];

/** The key of a set that is looked up or deleted. */
export function checkKey(key: RecordSetKey, zone: string, field = ''): RecordSetKey {
  checkKeys(key, SET_KEYS, field === '' ? 'a record set' : field);
  const at = field === '' ? '' : `${field}.`;
  return { name: ownerName(key.name, zone, `${at}name`), type: checkType(key.type, `${at}type`) };
}

/** A set that is written; values given twice are one, since a set holds each once (RFC 2181 §5). */
export function checkRecordSet(input: RecordSetInput, zone: string, field = ''): RecordSetInput {
  checkKeys(input, SET_KEYS, field === '' ? 'a record set' : field);
  const at = field === '' ? '' : `${field}.`;
  const name = writtenOwnerName(input.name, zone, `${at}name`);
  const type = checkType(input.type, `${at}type`);
  const ttl = checkTtl(input.ttl, `${at}ttl`);
  if (!Array.isArray(input.values) || input.values.length === 0) {
    throw new ConfigurationError(
      `${at}values ${quoted(JSON.stringify(input.values))} must be a list of one value or more; to empty a set, delete it`,
      { field: `${at}values` },
    );
  }
  const values = input.values.map((value, index) =>
    checkValue(type, value, `${at}values[${index}]`),
  );
  const once = [...new Set(values)];
  checkCount(type, once, `${at}values`);
  return { name, type, ttl, values: once };
}

/** Sets to write and to delete; a set that is named twice could become either. */
export function checkChanges(changes: ZoneChanges, zone: string): CheckedChanges {
  checkKeys(changes, ['upsert', 'delete'], 'the changes of a zone');
  const upsert = list(changes.upsert, 'upsert').map((set, index) =>
    checkRecordSet(set, zone, `upsert[${index}]`),
  );
  const gone = list(changes.delete, 'delete').map((key, index) =>
    checkKey(key, zone, `delete[${index}]`),
  );
  const known = new Set<string>();
  for (const key of [...upsert, ...gone]) {
    if (known.has(setId(key))) {
      throw new ConfigurationError(
        `The changes name the ${key.type} set of ${quoted(key.name)} twice; name each set once`,
        { field: 'changes' },
      );
    }
    known.add(setId(key));
  }
  return { upsert, delete: gone };
}

/** A record that is written. */
export function checkRecord(input: RecordInput, zone: string): RecordInput {
  checkKeys(input, RECORD_KEYS, 'a record');
  const type = checkType(input.type);
  return {
    name: writtenOwnerName(input.name, zone),
    type,
    ttl: checkTtl(input.ttl),
    value: checkValue(type, input.value),
  };
}

/** What a record shall be after a change; without a TTL it keeps that of its set. */
export function checkRecordChanges(
  changes: RecordChanges,
  was: RecordIdentity,
  zone: string,
): RecordIdentity & { readonly ttl: number | undefined } {
  checkKeys(changes, CHANGE_KEYS, 'the changes of a record');
  const type = changes.type === undefined ? was.type : checkType(changes.type);
  const isOther = changes.value !== undefined || type !== was.type;
  return {
    name: changes.name === undefined ? was.name : writtenOwnerName(changes.name, zone),
    type,
    value: isOther ? checkValue(type, changes.value ?? was.value) : was.value,
    ttl: changes.ttl === undefined ? undefined : checkTtl(changes.ttl),
  };
}

/** Which record is meant, in canonical spelling. */
export function checkRecordRef(record: RecordRef, zone: string): RecordIdentity {
  const { name, type, value } = recordIdentity(record);
  const known = checkType(type);
  return { name: ownerName(name, zone), type: known, value: comparableValue(known, value) };
}

/** One string for one set of a zone, to find sets by. */
export function setId({ name, type }: RecordSetKey): string {
  return `${type} ${name}`;
}

function list<T>(items: readonly T[] | undefined, field: string): readonly T[] {
  const given: unknown = items ?? [];
  if (!Array.isArray(given)) {
    throw new ConfigurationError(`${field} must be a list of record sets`, { field });
  }
  return items ?? [];
}
