import { ConfigurationError, kindOf, quoted } from '@sdk/common';
import { checkType, checkTtl, setId } from '../check.js';
import type { RecordSetInput } from '../models.js';
import { canonicalZoneName, hostName, relativeName } from '../names.js';
import { parseSeconds } from '../seconds.js';
import { isTextType, unquoteText } from '../text.js';
import { canonicalValue, checkCount } from '../values.js';
import type { Entry } from './entries.js';
import { readEntries, zoneFileError } from './entries.js';

/** How a zone file is read. */
export interface ParseZoneFileOptions {
  /** The zone's name: the first origin, and what the names in the result are relative to. */
  readonly zone: string;
  /** Seconds, for records before any TTL was said. Without it they are an error. */
  readonly ttl?: number | undefined;
}

/** What holds from one entry to the next. */
interface State {
  readonly zone: string;
  origin: string;
  owner: string | undefined;
  /** From `$TTL` (RFC 2308 §4), else the last one said (RFC 1035 §5.1). */
  ttl: number | undefined;
  hasDirective: boolean;
}

/**
 * Reads a zone file in the format of RFC 1035 §5: `$ORIGIN`, `$TTL`, `@`, relative names, parentheses, comments, quoted
 * strings, class and TTL in either order or left out; TTLs also as BIND writes them (`1h30m`).
 *
 * Records of one name and type become one set with the TTL of the first (RFC 2181 §5.2), in the order of the file.
 * `$INCLUDE` and `$GENERATE` are refused, since neither a file nor a macro of one server's belongs to the text.
 * @throws ConfigurationError which names the line.
 */
export function parseZoneFile(text: string, options: ParseZoneFileOptions): RecordSetInput[] {
  if (typeof text !== 'string') {
    throw new ConfigurationError(`text must be a zone file as a string, not ${kindOf(text)}`, {
      field: 'text',
    });
  }
  const zone = canonicalZoneName(options.zone, 'zone');
  const state: State = {
    zone,
    origin: zone,
    owner: undefined,
    ttl: options.ttl === undefined ? undefined : checkTtl(options.ttl),
    hasDirective: false,
  };
  const sets = new Map<string, RecordSetInput & { values: string[] }>();
  for (const entry of readEntries(text)) {
    const record = atLine(entry.line, () => readEntry(entry, state));
    if (record === undefined) continue;
    const { value, ...key } = record;
    const set = sets.get(setId(key));
    if (set === undefined) sets.set(setId(key), { ...key, values: [value] });
    else if (!set.values.includes(value)) {
      set.values.push(value);
      atLine(entry.line, () => checkCount(key.type, set.values, 'the set'));
    }
  }
  return [...sets.values()];
}

function readEntry(
  entry: Entry,
  state: State,
): (Omit<RecordSetInput, 'values'> & { value: string }) | undefined {
  const fields = [...entry.fields];
  if (!entry.indented && fields[0]?.startsWith('$')) {
    directive(fields, state);
    return undefined;
  }
  if (!entry.indented) state.owner = hostName(fields.shift() as string, 'owner', state.origin);
  if (state.owner === undefined)
    throw wrong('the first record has no owner; write a name or @ before it');
  const name = relativeName(state.owner, state.zone);
  if (name === undefined) throw wrong(`${quoted(state.owner)} is not in the zone ${state.zone}`);

  const said = ttlAndClass(fields);
  const word = fields.shift();
  if (word === undefined) throw wrong('a record without a type');
  const type = checkType(word);
  if (fields.length === 0) throw wrong(`a ${type} record without a value`);
  const value = isTextType(type)
    ? unquoteText(fields.join(' '))
    : canonicalValue(type, fields.join(' '), 'value', state.origin);
  const ttl = said ?? state.ttl ?? soaMinimum(type, value);
  if (ttl === undefined)
    throw wrong('no TTL is said; write $TTL 3600 on the first line, or a TTL before the type');
  if (!state.hasDirective) state.ttl = ttl;
  return { name, type, ttl, value };
}

function directive(fields: readonly string[], state: State): void {
  const [name = '', value, ...more] = fields;
  const word = name.toUpperCase();
  if (word !== '$ORIGIN' && word !== '$TTL') {
    throw wrong(`${quoted(name)} is not supported ($ORIGIN and $TTL are); write its records out`);
  }
  if (value === undefined || more.length > 0) throw wrong(`${word} takes one value`);
  if (word === '$ORIGIN') {
    state.origin = canonicalZoneName(hostName(value, '$ORIGIN', state.origin));
  } else {
    state.ttl = readTtl(value) ?? never(`${quoted(value)} is no TTL`);
    state.hasDirective = true;
  }
}

/** Takes TTL and class, in either order, off the front of the fields. */
function ttlAndClass(fields: string[]): number | undefined {
  let ttl: number | undefined;
  let hasClass = false;
  for (;;) {
    const word = fields[0] ?? '';
    const seconds = ttl === undefined ? readTtl(word) : undefined;
    if (seconds !== undefined) ttl = seconds;
    else if (!hasClass && /^(IN|CH|HS|CS)$/i.test(word)) {
      if (word.toUpperCase() !== 'IN')
        throw wrong(`the class ${word.toUpperCase()} is not supported; IN is`);
      hasClass = true;
    } else return ttl;
    fields.shift();
  }
}

function readTtl(word: string): number | undefined {
  const seconds = parseSeconds(word);
  return seconds === undefined ? undefined : checkTtl(seconds);
}

/** A SOA without a TTL takes its own last field, as BIND does. */
function soaMinimum(type: string, value: string): number | undefined {
  return type === 'SOA' ? Number(value.split(' ').at(-1)) : undefined;
}

function wrong(what: string): ConfigurationError {
  return new ConfigurationError(what, { field: 'text' });
}

function never(what: string): never {
  throw wrong(what);
}

function atLine<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigurationError ? zoneFileError(line, error.message) : error;
  }
}
