/** What S3 answers, as models. */
import { MalformedResponseError } from '@sdk/common';
import type { SdkResponse } from '@sdk/common';
import { etagOf } from '../../etag.js';
import type { Container, PrefixEntry, StorageObject } from '../../models.js';
import { lacking } from './s3-connection.js';

/** An object as the headers of a HEAD or GET tell it. @throws MalformedResponseError where they do not tell its size. */
export function objectFrom(name: string, answer: SdkResponse): StorageObject {
  const { headers } = answer;
  const metadata = new Map<string, string>();
  for (const [header, value] of headers) {
    const match = /^x-amz-meta-(.+)$/i.exec(header);
    if (match?.[1] !== undefined) metadata.set(match[1].toLowerCase(), value);
  }
  return {
    kind: 'object',
    name,
    sizeBytes: sizeOf(answer),
    etag: etagOf(headers.get('etag')),
    modifiedAt: isoTime(headers.get('last-modified') ?? headers.get('date')),
    contentType: headers.get('content-type'),
    // By way of a Map, since `__proto__` is a name like any other.
    metadata: Object.fromEntries(metadata),
    raw: headers.toJSON(),
  };
}

/** The whole object's size: behind the slash of `Content-Range: bytes 0-9/100`, else the length of the body. */
function sizeOf({ headers, status, requestId, decision }: SdkResponse): number {
  const range = headers.get('content-range');
  const told = range === undefined ? headers.get('content-length') : /\/(\d+)$/.exec(range)?.[1];
  const size = Number(told ?? NaN);
  if (Number.isSafeInteger(size)) return size;
  throw new MalformedResponseError(
    `The answer does not say how large the object is: ${range === undefined ? 'it has no Content-Length' : 'its Content-Range has no total'}`,
    {
      status,
      requestId,
      decision,
      hint: "Where a server or a proxy sends answers in chunks, getObject with range: { start: 0 } has the size told by Content-Range; a proxy that does so to http: endpoints is kept from it by tunnel: 'always'.",
    },
  );
}

/** ISO from whatever HTTP or XML wrote; the epoch where nothing readable is there. */
export function isoTime(time: string | undefined): string {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

/** `ListAllMyBucketsResult`. */
export interface WireBuckets {
  readonly ListAllMyBucketsResult?: {
    readonly Buckets?: '' | { readonly Bucket?: readonly WireBucket[] };
    readonly ContinuationToken?: string;
  };
}

interface WireBucket {
  readonly Name?: string;
  readonly CreationDate?: string;
}

/** A container as a list tells it. */
export function containerFrom(bucket: WireBucket): Container {
  const { CreationDate: createdAt } = bucket;
  const name = named(bucket.Name, '<Name> of a bucket');
  return { name, createdAt: createdAt === undefined ? undefined : isoTime(createdAt), raw: bucket };
}

/** `ListBucketResult` of ListObjectsV2. */
export interface WireObjects {
  readonly ListBucketResult?:
    | ''
    | {
        readonly EncodingType?: string;
        readonly IsTruncated?: string;
        readonly NextContinuationToken?: string;
        readonly Contents?: readonly WireObject[];
        readonly CommonPrefixes?: readonly { readonly Prefix?: string }[];
      };
}

interface WireObject {
  readonly Key?: string;
  readonly LastModified?: string;
  readonly ETag?: string;
  readonly Size?: string;
}

/** An object as a list tells it. `decode` undoes the list's encoding of names. */
export function listedObject(item: WireObject, decode: (text: string) => string): StorageObject {
  if (!/^\d+$/.test(item.Size ?? '')) throw lacking('a <Size> in bytes of an object');
  return {
    kind: 'object',
    name: decode(named(item.Key, '<Key> of an object')),
    sizeBytes: Number(item.Size),
    etag: etagOf(item.ETag),
    modifiedAt: isoTime(item.LastModified),
    metadata: {},
    raw: item,
  };
}

/** A prefix as a list tells it. */
export function prefixFrom(
  prefix: string | undefined,
  decode: (text: string) => string,
): PrefixEntry {
  return { kind: 'prefix', name: decode(named(prefix, '<Prefix> of <CommonPrefixes>')) };
}

function named(name: string | undefined, what: string): string {
  if (typeof name !== 'string' || name === '') throw lacking(`the ${what}`);
  return name;
}
