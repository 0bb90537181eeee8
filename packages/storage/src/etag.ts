/** Entity tags: without quotes in models, with quotes on the wire (RFC 9110 §8.8.3). */
import { ConfigurationError } from '@sdk/common';

/** A tag as models carry it; a weak one keeps its `W/`. */
export function etagOf(header: string | undefined): string {
  const tag = header?.trim() ?? '';
  if (tag.startsWith('W/')) return `W/${etagOf(tag.slice(2))}`;
  return tag.length >= 2 && tag.startsWith('"') && tag.endsWith('"') ? tag.slice(1, -1) : tag;
}

/**
 * The `If-Match` header for a tag given as a model carries it, in quotes, or as `*`.
 * @throws ConfigurationError where it is empty or cannot be a tag.
 */
export function ifMatchHeader(etag: string): string {
  const bare = typeof etag === 'string' ? etagOf(etag) : '';
  if (bare === '*') return '*';
  if (!/^(?:W\/)?[\x21\x23-\x7e]+$/.test(bare)) {
    throw new ConfigurationError('ifMatch is no entity tag; give the etag of a model, or "*"', {
      field: 'ifMatch',
    });
  }
  return bare.startsWith('W/') ? `W/"${bare.slice(2)}"` : `"${bare}"`;
}
