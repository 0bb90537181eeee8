/** Copying within S3: the bytes never come here. */
import { isSdkError, percentEncode } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { encodeUriPath } from '@sdk/providers/aws';
import { DEFAULT_CONTENT_TYPE } from '../../metadata.js';
import type { StorageObject } from '../../models.js';
import { etagOf, ifMatchHeader } from '../../etag.js';
import { objectFrom } from './answers.js';
import type { Bucket } from './bucket.js';
import { storeInParts } from './multipart.js';
import type { SendPart } from './multipart.js';
import { laterHeaders } from './object-facts.js';
import type { ObjectTarget, UploadMeans } from './object-facts.js';
import { MAX_PARTS } from './parts.js';
import { lacking } from './s3-connection.js';

/** An object and its bucket. */
export interface Place {
  readonly bucket: Bucket;
  readonly key: string;
}

const MIB = 1024 * 1024;
/** One request copies no more than this. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const ONE_COPY_BYTES = 5 * 1024 * MIB;
const COPY_PART_BYTES = 512 * MIB;

/** Copies bytes, content type and metadata: in one request, or in parts where the object is larger than 5 GiB. */
export async function copy(
  source: Place,
  target: Place,
  given: UploadMeans & Pick<ObjectTarget, 'call'>,
): Promise<StorageObject> {
  return given.withStop(given.call, async (call, stop) => {
    try {
      await copyWhole(source, target, call);
    } catch (error) {
      // S3 answers InvalidRequest for whatever is wrong with a copy; only the source's size tells whether it was this.
      const tooLarge =
        isSdkError(error, 'SDK_VALIDATION') &&
        /^(InvalidRequest|EntityTooLarge)$/.test(error.providerCode ?? '');
      const whole = tooLarge ? await head(source, call) : undefined;
      if (whole === undefined || whole.sizeBytes <= ONE_COPY_BYTES) throw error;
      await given.uploads.run(stop, () =>
        copyInParts(source, { ...given, ...target, call }, whole, stop),
      );
    }
    return head(target, call);
  });
}

async function head({ bucket, key }: Place, call: CallOptions): Promise<StorageObject> {
  // What describes the copy, and its conditions, are not for this request.
  const options = { ...call, headers: laterHeaders(call.headers) };
  return objectFrom(key, await bucket.request({ method: 'HEAD', key }, options));
}

function copySource({ bucket, key }: Place): string {
  return `/${percentEncode(bucket.name)}/${encodeUriPath(key)}`;
}

async function copyWhole(source: Place, { bucket, key }: Place, call: CallOptions): Promise<void> {
  const headers = { 'x-amz-copy-source': copySource(source) };
  const { body } = await bucket.request<{ CopyObjectResult?: unknown }>(
    { method: 'PUT', key, headers, expect: 'xml' },
    call,
  );
  if (typeof body?.CopyObjectResult !== 'object') throw lacking('<CopyObjectResult>');
}

async function copyInParts(
  source: Place,
  target: Place & UploadMeans & Pick<ObjectTarget, 'call'>,
  whole: StorageObject,
  stop: AbortController,
): Promise<void> {
  const { contentType = DEFAULT_CONTENT_TYPE, metadata } = whole;
  const copyPart: SendPart<Range> = async ({ number, start, end }, query, call) => {
    const { body } = await target.bucket.request<{ CopyPartResult?: { ETag?: string } }>(
      {
        method: 'PUT',
        key: target.key,
        query,
        headers: {
          'x-amz-copy-source': copySource(source),
          'x-amz-copy-source-range': `bytes=${start}-${end - 1}`,
          'x-amz-copy-source-if-match': ifMatchHeader(whole.etag),
        },
        expect: 'xml',
      },
      call,
    );
    const etag = etagOf(body?.CopyPartResult?.ETag);
    if (etag === '') throw lacking('<CopyPartResult>');
    return { number, sizeBytes: end - start, etag };
  };
  const described = { ...target, contentType, metadata, mustBeNew: false };
  await storeInParts(described, ranges(whole.sizeBytes), copyPart, stop);
}

interface Range {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

async function* ranges(sizeBytes: number): AsyncGenerator<Range> {
  const step = Math.max(COPY_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
  for (let number = 1, start = 0; start < sizeBytes; number += 1, start += step) {
    yield { number, start, end: Math.min(start + step, sizeBytes) };
  }
}
