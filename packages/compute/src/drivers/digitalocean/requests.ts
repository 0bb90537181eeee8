/** The four shapes that DigitalOcean's endpoints have: a list, a resource, a creation, a deletion. */
import {
  CALL_KEYS,
  callOptions,
  checkKeys,
  ConfigurationError,
  isSdkError,
  mayHaveBeenDoneBefore,
} from '@sdk/common';
import type { CallOptions, Query } from '@sdk/common';
import { actionOf, listItems, modelOf } from '@sdk/providers/digitalocean';
import type { DigitalOceanConnection, WireAction } from '@sdk/providers/digitalocean';
import type { ListDropletsOptions } from './options.js';

type Path = string | readonly string[];

/** A list or a resource: its address, its root key, and how what stands there becomes a model. */
export interface Resource<Wire, Model> {
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

/**
 * DigitalOcean lists droplets by a tag, or by name and type, not by both.
 * @throws ConfigurationError where `tagName` stands beside another filter
 */
export function checkTagAlone({ tagName, name, type }: ListDropletsOptions): void {
  if (tagName === undefined || (name === undefined && type === undefined)) return;
  const other = name === undefined ? 'type' : 'name';
  throw new ConfigurationError(`tagName cannot be combined with ${other}, and both are given`, {
    field: 'tagName',
    hint: 'List by the tag, and look at the name and the size of what comes.',
  });
}

/** `GET`, page by page. */
export function list<Wire, Model>(
  connection: DigitalOceanConnection,
  resource: Resource<Wire, Model>,
  { query, call }: Filters,
): AsyncGenerator<Model> {
  return listItems<Wire, Model>(connection, { ...resource, query }, call);
}

/** `GET`; answers what stands under the root key. */
export async function get<Wire extends object, Model>(
  connection: DigitalOceanConnection,
  { path, key, model }: Resource<Wire, Model>,
  call: CallOptions | undefined,
): Promise<Model> {
  return modelOf(await connection.request({ method: 'GET', path }, call), key, model);
}

/** `POST`; answers what stands under the root key. It is sent once: the API knows no repetition. */
export async function post<Wire extends object, Model>(
  connection: DigitalOceanConnection,
  { path, key, model }: Resource<Wire, Model>,
  json: object,
  call: CallOptions | undefined,
): Promise<Model> {
  return modelOf(await connection.request({ method: 'POST', path, json }, call), key, model);
}

/** `POST` of what starts an action. */
export async function postAction(
  connection: DigitalOceanConnection,
  path: Path,
  json: object,
  call: CallOptions | undefined,
): Promise<WireAction> {
  return actionOf(await connection.request({ method: 'POST', path, json }, call));
}

/**
 * `DELETE`. A repetition that finds nothing is the success of an attempt whose answer was lost.
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
    if (!isSdkError(error, 'SDK_NOT_FOUND') || !mayHaveBeenDoneBefore(error)) throw error;
  }
}
