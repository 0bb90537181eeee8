/** The buckets of an account, and the objects of a bucket, page by page. */
import { MalformedResponseError } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { compareBytes } from '../../byte-order.js';
import type { Container, StorageEntry } from '../../models.js';
import { containerFrom, listedObject, prefixFrom } from './answers.js';
import type { WireBuckets, WireObjects } from './answers.js';
import type { Bucket } from './bucket.js';
import { PageTokens } from './page-tokens.js';
import { lacking } from './s3-connection.js';
import type { S3Connection } from './s3-connection.js';

/** Every bucket of the account, those of each page by name. */
export async function* listBuckets(
  connection: S3Connection,
  call: CallOptions,
): AsyncGenerator<Container> {
  const pages = new PageTokens();
  let token: string | undefined;
  do {
    const { body } = await connection.request<WireBuckets>(
      {
        method: 'GET',
        path: '/',
        query: { 'continuation-token': token },
        expect: 'xml',
        xml: { arrays: ['Bucket'] },
      },
      call,
    );
    const page = body?.ListAllMyBucketsResult;
    if (page === undefined) throw lacking('<ListAllMyBucketsResult>');
    const buckets =
      page.Buckets === undefined || page.Buckets === '' ? [] : (page.Buckets.Bucket ?? []);
    yield* buckets.map(containerFrom).sort((a, b) => compareBytes(a.name, b.name));
    token = pages.next(page.ContinuationToken || undefined);
  } while (token !== undefined);
}

/** What a list is narrowed by. */
export interface ListFilter {
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly startAfter?: string | undefined;
}

const ARRAYS = ['Contents', 'CommonPrefixes'];

/** Entries in the order of the bytes of their names; the next page is asked for when this one is used up. */
export async function* listEntries(
  bucket: Bucket,
  { prefix, delimiter, startAfter }: ListFilter,
  call: CallOptions,
): AsyncGenerator<StorageEntry> {
  const pages = new PageTokens();
  let token: string | undefined;
  do {
    const { body } = await bucket.request<WireObjects>(
      {
        method: 'GET',
        query: {
          'list-type': 2,
          // XML cannot carry every character that a name may have.
          'encoding-type': 'url',
          prefix: prefix || undefined,
          delimiter: delimiter || undefined,
          'start-after': startAfter || undefined,
          'continuation-token': token,
        },
        expect: 'xml',
        xml: { arrays: ARRAYS },
      },
      call,
    );
    const page = body?.ListBucketResult;
    if (page === undefined) throw lacking('<ListBucketResult>');
    if (page === '') return;
    const decode = page.EncodingType === 'url' ? decodeListed : (text: string) => text;
    const objects = (page.Contents ?? []).map((item) => listedObject(item, decode));
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => prefixFrom(Prefix, decode));
    const entries: StorageEntry[] = [...objects, ...prefixes];
    // Objects and prefixes come apart, and not every server keeps the order of bytes.
    entries.sort((a, b) => compareBytes(a.name, b.name));
    for (const entry of entries) {
      // Servers differ on whether a prefix that comes before startAfter is told for the names in it that come after.
      if (entry.kind === 'object' || !startAfter || compareBytes(entry.name, startAfter) > 0)
        yield entry;
    }
    token = pages.next(nextToken(page));
  } while (token !== undefined);
}

function nextToken(page: {
  readonly IsTruncated?: string;
  readonly NextContinuationToken?: string;
}): string | undefined {
  if (page.IsTruncated !== 'true') return undefined;
  const next = page.NextContinuationToken;
  if (next === undefined || next === '')
    throw lacking('<NextContinuationToken> of a list that goes on');
  return next;
}

/** Names in a list are encoded as in a form: a space may be `+`. */
function decodeListed(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw new MalformedResponseError('The list has a name that is not percent-encoded as it says', {
      status: 200,
    });
  }
}
