import { CALL_KEYS, callOptions, checkKeys, ConfigurationError, quoted } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { canonicalZoneName, relativeName } from '../../names.js';
import { readValue } from '../../values.js';
import { needStrings } from './answers.js';
import type { WireSearchResult } from './wire.js';

/** What is searched for, beside the options of every call. */
export interface PowerDnsSearchOptions extends CallOptions {
  /** @default 'all' */
  readonly kind?: 'all' | 'zone' | 'record' | 'comment' | undefined;
  /** How many hits at most; the server has no pages. @default 100 */
  readonly maxResults?: number | undefined;
}

/** One hit. */
export interface PowerDnsSearchResult {
  readonly kind: 'zone' | 'record' | 'comment';
  readonly zone: { readonly id: string; readonly name: string };
  /** Relative to the zone. */
  readonly name: string;
  readonly type?: string | undefined;
  readonly ttl?: number | undefined;
  /** Of a record its value, of a comment its text. */
  readonly value?: string | undefined;
  readonly raw: unknown;
}

const KINDS = ['all', 'zone', 'record', 'comment'];

/** The parameters of the request, and the options of the call. */
export function checkSearch(
  query: string,
  options: PowerDnsSearchOptions,
): { parameters: Record<string, string | number>; call: CallOptions } {
  checkKeys(options, [...CALL_KEYS, 'kind', 'maxResults'], 'searchData');
  const { kind = 'all', maxResults = 100 } = options;
  if (typeof query !== 'string' || query === '' || /[\x00-\x1f\x7f]/.test(query)) {
    throw new ConfigurationError(
      `query ${quoted(query)} must be a text without control characters`,
      {
        field: 'query',
      },
    );
  }
  if (!KINDS.includes(kind)) {
    throw new ConfigurationError(`kind ${quoted(kind)} is none of ${KINDS.join(', ')}`, {
      field: 'kind',
    });
  }
  if (!Number.isSafeInteger(maxResults) || maxResults < 1) {
    throw new ConfigurationError(`maxResults ${quoted(maxResults)} must be a whole number from 1`, {
      field: 'maxResults',
    });
  }
  return {
    parameters: { q: query, max: maxResults, object_type: kind },
    call: callOptions(options) ?? {},
  };
}

/** A hit of the API as a model. */
export function toSearchResult(hit: WireSearchResult): PowerDnsSearchResult {
  needStrings(hit, 'object_type', 'name', 'zone_id');
  const zone = canonicalZoneName(hit.zone ?? hit.name);
  const { type, ttl, content } = hit;
  const isRecord = hit.object_type === 'record' && type !== undefined;
  return {
    kind: hit.object_type,
    zone: { id: hit.zone_id, name: zone },
    name: relativeName(hit.name, zone) ?? hit.name,
    ...(type === undefined ? {} : { type }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(content === undefined ? {} : { value: isRecord ? readValue(type, content) : content }),
    raw: hit,
  };
}
