/** What DigitalOcean's answers have in common: a root key named after the resource, and pages with links. */
import { MalformedResponseError, paginate } from '@sdk/common';
import type { CallOptions, Query, SdkResponse } from '@sdk/common';
import type { DigitalOceanConnection } from './connection.js';

/** The longest page that the API serves. */
const PER_PAGE = 200;

/** A list: where it is, and the root key of its items. */
export interface ListSpec<Wire, Item> {
  readonly path: string | readonly string[];
  readonly key: string;
  /** Reads an item; whatever it throws says that the answer is not what the API promises. */
  readonly model: (wire: Wire) => Item;
  readonly query?: Query | undefined;
}

/**
 * Every item of a list, page by page; a page is fetched only when asked for.
 *
 * The next page is asked for by its number. Its link is read for that number alone and never fetched, since it names
 * a host, and behind a gateway the wrong one.
 */
export function listItems<Wire, Item>(
  connection: DigitalOceanConnection,
  { path, key, model, query }: ListSpec<Wire, Item>,
  call: CallOptions | undefined,
): AsyncGenerator<Item> {
  const fetchPage = async (number: number): Promise<Page<Item>> => {
    const paged = { ...query, page: number, per_page: PER_PAGE };
    const response = await connection.request({ method: 'GET', path, query: paged }, call);
    const wires = memberOf<object>(response, key);
    if (!Array.isArray(wires)) throw malformed(response, `${key} is no list`);
    const items = (wires as readonly Wire[]).map((wire, i) =>
      readWith(response, `${key}[${i}]`, wire, model),
    );
    return { number, items, next: nextPage(response) };
  };
  return paginate<Page<Item>, Item>({
    first: () => fetchPage(1),
    items: (page) => page.items,
    // A link that does not lead on would lead round in circles.
    next: ({ number, next }) =>
      next !== undefined && next > number ? () => fetchPage(next) : undefined,
  });
}

interface Page<Item> {
  readonly number: number;
  readonly items: readonly Item[];
  readonly next: number | undefined;
}

function nextPage(response: SdkResponse): number | undefined {
  const { links } = response.body as { links?: { pages?: { next?: unknown } | null } | null };
  const next = links?.pages?.next;
  if (next === undefined || next === null) return undefined;
  const number =
    typeof next === 'string' ? /[?&]page=([0-9]{1,9})(?:&|#|$)/.exec(next)?.[1] : undefined;
  if (number === undefined) throw malformed(response, 'links.pages.next names no page');
  return Number(number);
}

/**
 * The resource that an answer carries under its root key.
 * @throws MalformedResponseError where it is no object or list.
 */
export function memberOf<T extends object>(response: SdkResponse, key: string): T {
  const { body } = response;
  const member: unknown =
    typeof body === 'object' && body !== null && Object.hasOwn(body, key)
      ? (body as Record<string, unknown>)[key]
      : undefined;
  if (typeof member !== 'object' || member === null) throw malformed(response, `${key} is missing`);
  return member as T;
}

/**
 * What an answer carries under its root key, as a model.
 * @param model reads it; whatever it throws says that the answer is not what the API promises
 * @throws MalformedResponseError where it is no object, or `model` cannot read it.
 */
export function modelOf<Wire extends object, Model>(
  response: SdkResponse,
  key: string,
  model: (wire: Wire) => Model,
): Model {
  return readWith(response, key, memberOf<Wire>(response, key), model);
}

function readWith<Wire, Model>(
  response: SdkResponse,
  where: string,
  wire: Wire,
  model: (wire: Wire) => Model,
): Model {
  try {
    return model(wire);
  } catch (cause) {
    throw malformed(response, `${where} cannot be read`, cause);
  }
}

function malformed(response: SdkResponse, why: string, cause?: unknown): MalformedResponseError {
  return new MalformedResponseError(`DigitalOcean's answer is not what its API promises: ${why}`, {
    status: response.status,
    requestId: response.requestId,
    rateLimit: response.rateLimit,
    decision: response.decision,
    body: response.body,
    cause,
  });
}
