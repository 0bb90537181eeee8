/** The request-target (RFC 9112 §3.2): built once, then sent byte for byte. */
import { ConfigurationError } from '../../errors.js';
import { checkRecord, kindOf, seen } from '../../option-keys.js';

/** One value of a query; an array repeats its name. */
export type QueryValue = string | number | boolean;
/** A query, in order; members that are `undefined` are left out. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

/** What may stand in a path that is taken as written: visible ASCII but for `#`, `"`, `<`, `>`, `\`, `^`, `` ` ``, `{`, `|`, `}`. */
const WRITTEN = /^[!$-;=?-[\]_a-z~]*$/;

/** Most names and ids: nothing to encode. */
const UNRESERVED = /^[\w.~-]*$/;

/** RFC 3986 §2.3: everything but unreserved characters is percent-encoded, a space as `%20`. */
export function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch {
    throw new ConfigurationError('A text holds half of a surrogate pair and cannot be encoded', {
      field: 'path',
    });
  }
  return encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * A path below `base`: an array is one segment for each element, percent-encoded; a string is taken as written.
 * @param base the endpoint's path, without a slash at its end.
 * @throws ConfigurationError for what cannot be a path, and for segments that would lead elsewhere.
 */
export function targetPath(base: string, path: string | readonly string[]): string {
  if (typeof path === 'string') {
    if (path === '') return base === '' ? '/' : base;
    if (path[0] !== '/' && path[0] !== '?') {
      throw refused('must begin with /', 'Write it from the endpoint on, such as /v2/droplets.');
    }
    if (!WRITTEN.test(path)) {
      throw refused(
        'holds a character that cannot stand in a URL: a space, a control character, #, or one that is not ASCII',
        'Percent-encode it, or give an array of segments, which are encoded.',
      );
    }
    return base === '' && path[0] === '?' ? `/${path}` : base + path;
  }
  if (!Array.isArray(path))
    throw refused(`must be a string or an array of segments, not ${kindOf(path)}`);
  let built = base;
  for (const segment of path as readonly unknown[])
    built += `/${percentEncode(checkedSegment(segment))}`;
  return built === '' ? '/' : built;
}

function checkedSegment(segment: unknown): string {
  if (typeof segment !== 'string')
    throw refused(`has a segment that is ${kindOf(segment)}, not a string`);
  if (segment === '') {
    // DELETE /things/ is not DELETE /things/{id}: it may mean all of them.
    throw refused('has an empty segment', 'Is an id or a name missing?');
  }
  if (segment === '.' || segment === '..') {
    throw refused(`has a segment ${JSON.stringify(segment)}, which leads to another place`);
  }
  return segment;
}

/**
 * Adds to the query of a target.
 * @throws ConfigurationError for what is no plain record, and a value that is neither string, finite number nor boolean.
 */
export function withQuery(target: string, query: Query | undefined): string {
  if (query === undefined) return target;
  checkRecord(query, 'query', 'names and values');
  let built = target;
  let separator = target.includes('?') ? '&' : '?';
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value === undefined) continue;
    const values = Array.isArray(value) ? (value as readonly QueryValue[]) : [value as QueryValue];
    for (const each of values) {
      built += `${separator}${percentEncode(name)}=${percentEncode(queryText(name, each))}`;
      separator = '&';
    }
  }
  return built;
}

function queryText(name: string, value: QueryValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  throw new ConfigurationError(
    `The query's ${JSON.stringify(name)} must be a string, a finite number or a boolean, not ${seen(value)}`,
    { field: `query.${name}` },
  );
}

function refused(what: string, hint?: string): ConfigurationError {
  return new ConfigurationError(`The path of a request ${what}`, { field: 'path', hint });
}
