/** The four shapes that DigitalOcean's endpoints have: a list, a resource, a creation, a deletion. */
import { CALL_KEYS, callOptions, checkKeys, isSdkError } from '@sdk/common';
import type { AttemptFacts, CallOptions, Query } from '@sdk/common';
import { listItems, memberOf } from '@sdk/providers/digitalocean';
import type { DigitalOceanConnection } from '@sdk/providers/digitalocean';

type Path = string | readonly string[];

/** A list: its address, its root key, and how an item becomes a model. */
export interface List<Wire, Model> {
  readonly path: Path;
  readonly key: string;
  readonly model: (wire: Wire) => Model;
}

/** Options of a list, parted into its filters by their names on the wire and what every call may have. */
export interface Filters {
  readonly query?: Query | undefined;
  readonly call: CallOptions | undefined;
}

/**
 * Parts the options of a list.
 * @param names the filters: the option's name, and its name on the wire
 * @throws ConfigurationError for a key that is neither a filter nor an option of every call
 */
export function filtersOf(
  options: CallOptions,
  method: string,
  names: Readonly<Record<string, string>> = {},
): Filters {
  checkKeys(options, [...CALL_KEYS, ...Object.keys(names)], method);
  const given = options as Readonly<Record<string, string | boolean | undefined>>;
  const pairs = Object.entries(names).map(([name, onTheWire]) => [onTheWire, given[name]]);
  return { query: Object.fromEntries(pairs) as Query, call: callOptions(options) };
}

/** `GET`, page by page. */
export async function* list<Wire, Model>(
  connection: DigitalOceanConnection,
  { path, key, model }: List<Wire, Model>,
  { query, call }: Filters,
): AsyncGenerator<Model> {
  for await (const item of listItems<Wire>(connection, { path, key, query }, call)) {
    yield model(item);
  }
}

/** `GET`; answers what stands under the root key. */
export async function get<Wire extends object>(
  connection: DigitalOceanConnection,
  path: Path,
  key: string,
  call: CallOptions | undefined,
): Promise<Wire> {
  return memberOf<Wire>(await connection.request({ method: 'GET', path }, call), key);
}

/** `POST`; answers what stands under the root key. It is sent once: the API knows no repetition. */
export async function post<Wire extends object>(
  connection: DigitalOceanConnection,
  path: Path,
  json: object,
  key: string,
  call: CallOptions | undefined,
): Promise<Wire> {
  return memberOf<Wire>(await connection.request({ method: 'POST', path, json }, call), key);
}

/**
 * `DELETE`. A repetition that finds nothing is the success of an attempt whose answer was lost; an attempt that
 * never left cannot have been that one.
 * @throws NotFoundError where there was nothing from the first.
 */
export async function remove(
  connection: DigitalOceanConnection,
  path: Path,
  call: CallOptions | undefined,
): Promise<undefined> {
  try {
    await connection.request({ method: 'DELETE', path, expect: 'none' }, call);
  } catch (error) {
    const lost = ({ status = 500, requestSent }: AttemptFacts): boolean =>
      status >= 500 && requestSent !== 'no';
    if (!isSdkError(error, 'SDK_NOT_FOUND') || !error.attempts?.slice(0, -1).some(lost))
      throw error;
  }
}
