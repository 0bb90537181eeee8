/** Reads options as own properties, and refuses unknown ones by name, so that typing errors are noticed. */
import { ConfigurationError, isSdkError } from './errors.js';
import { meant, nearest } from './nearest.js';

const MAX_QUOTED = 80;

/**
 * Refuses what is no plain record of own members. A Map, Headers, URLSearchParams or promise has no own members: it would be
 * taken for an empty record, and its content would be lost.
 * @param where what the record is called in messages, e.g. `httpProxy.headers`
 * @param holds what the record holds, e.g. `names and values`
 * @param hint what to write instead of something else
 * @throws ConfigurationError that says what was seen, and how to make a record of it.
 */
export function checkRecord(
  value: unknown,
  where: string,
  holds?: string,
  hint?: string,
): asserts value is Readonly<Record<string, unknown>> {
  if (isPlainRecord(value)) return;
  const name = /^\w+$/.test(where) ? where : 'it';
  throw new ConfigurationError(
    `${where} must be an object${holds === undefined ? '' : ` of ${holds}`}, this is ${instanceName(value) ?? kindOf(value)}`,
    {
      field: where,
      hint: isIterable(value)
        ? `Give a plain object, such as Object.fromEntries(${name}).`
        : (hint ?? 'Give a plain object: { … }.'),
    },
  );
}

/**
 * Refuses a value that is no plain record, and every key that is not known.
 * @param where what the record is called in messages, e.g. `httpProxy.tls`
 * @param hint what to write instead of something that is no record
 * @throws ConfigurationError that names the key, and the nearest known one or what others call it.
 */
export function checkKeys(
  value: unknown,
  known: readonly string[],
  where: string,
  hint?: string,
): asserts value is Readonly<Record<string, unknown>> {
  checkRecord(value, where, undefined, hint);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const synonym = meant(key, known);
    const near = synonym === undefined ? nearest(key, known) : undefined;
    const remedy =
      synonym !== undefined
        ? `write ${synonym}`
        : near === undefined
          ? `known are: ${known.join(', ')}`
          : `did you mean ${JSON.stringify(near)}?`;
    throw new ConfigurationError(`${where} has no member ${JSON.stringify(cut(key))}; ${remedy}`, {
      field: `${where}.${cut(key)}`,
    });
  }
}

/**
 * Reads what a function of the caller answered. Messages describe it as the answer; `field` of an error stays the option's name.
 * @param field the option that holds the function, e.g. `httpProxy`
 * @param what how messages begin, e.g. `What the function httpProxy answered`
 */
export function readAnswer<T>(field: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isSdkError(error, 'SDK_CONFIGURATION') && error.field?.startsWith(what) === true)
      Object.assign(error, { field: field + error.field.slice(what.length) });
    throw error;
  }
}

/** An own property, or `undefined`: a member of `Object.prototype` is no option. */
export function own<T extends object, K extends keyof T>(value: T, key: K): T[K] | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A literal, an object without prototype, or one of a class that leaves its members to `Object.keys`. */
function isPlainRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return tagOf(value) === undefined && !isIterable(value);
}

/** What the built-in classes call themselves; `undefined` for literals, a module of options, and classes of the caller's. */
function tagOf(value: object): string | undefined {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' || tag === 'Module' ? undefined : tag;
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  );
}

function instanceName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const tag = tagOf(value);
  return tag !== undefined && /^\w{1,40}$/.test(tag) ? `an instance of ${tag}` : undefined;
}

/** What a value is, in words, without showing it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (ArrayBuffer.isView(value)) return 'bytes';
  if (value === '') return 'an empty string';
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'object':
      return 'an object';
    case 'string':
      return value.trim() === '' ? 'a blank string' : 'a string';
    default:
      return `a ${typeof value}`;
  }
}

/** What was seen, in words that reveal no secret: a number as it is, of anything else only its kind. */
export function seen(value: unknown): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}

/** What was seen, for what is no secret: a text as it is written, quoted and no longer than a line. */
export function quoted(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return seen(value);
  return JSON.stringify(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value);
}

function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
