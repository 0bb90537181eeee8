/** Storing one object: in one request where that is safe and sure, else in parts. */
import { createHash } from 'node:crypto';
import {
  isSdkError,
  mayHaveBeenDoneBefore,
  PreconditionError,
  UnsupportedError,
} from '@sdk/common';
import type { CallOptions, HeaderRecord, RequestBody } from '@sdk/common';
import { sha256Hex, UNSIGNED_PAYLOAD } from '@sdk/providers/aws';
import { etagOf } from '../../etag.js';
import type { StorageObject } from '../../models.js';
import type { CheckedBody } from '../../object-body.js';
import { asIntegrityError, checkEtag } from './integrity.js';
import { storeInParts } from './multipart.js';
import type { SendPart } from './multipart.js';
import { laterHeaders, objectHeaders, storedObject } from './object-facts.js';
import type { ObjectTarget } from './object-facts.js';
import { PART_BYTES, partSizes, partsOf } from './parts.js';
import type { Part } from './parts.js';
import { PassingBytes } from './passing-bytes.js';
import { UploadProgress } from './progress.js';
import { lacking } from './s3-connection.js';
import { storedBefore } from './stored-before.js';

/** Up to here a stream goes in one request over `https:`; a longer one that fails would have to begin anew. */
const ONE_REQUEST_BYTES = 64 * 1024 * 1024;

type StreamBody = Extract<CheckedBody, { kind: 'stream' }>;

/** Stores an object. */
export function upload(target: ObjectTarget, body: CheckedBody): Promise<StorageObject> {
  if (body.kind === 'bytes') {
    const { bytes, sizeBytes } = body;
    const md5 = createHash('md5').update(bytes).digest('hex');
    return put(target, { body: bytes, sizeBytes, payloadHash: sha256Hex(bytes), ...known(md5) });
  }
  const { sizeBytes = Infinity } = body;
  const secure = target.bucket.connection.endpoint.protocol === 'https:';
  const atOnce = secure && sizeBytes > PART_BYTES && sizeBytes <= ONE_REQUEST_BYTES;
  return atOnce ? putStream(target, body, sizeBytes) : putParts(target, body);
}

/** A stream whose bytes pass by once. Its payload is not signed, TLS protects it; its MD5 is taken on the way. */
function putStream(
  given: ObjectTarget,
  source: StreamBody,
  sizeBytes: number,
): Promise<StorageObject> {
  return given.withStop(given.call, async (call, stop) => {
    const passing = new PassingBytes(source, sizeBytes, stop.signal);
    try {
      return await put({ ...given, call }, { ...passing.asBody(), payloadHash: UNSIGNED_PAYLOAD });
    } catch (error) {
      const { failure } = passing;
      // What went wrong with the caller's own stream says more than that the request broke off.
      throw stop.signal.aborted || failure === undefined ? error : failure.error;
    } finally {
      // A source that is silent would keep what it was opened from.
      stop.abort(new Error('The upload is over'));
    }
  });
}

/** Reads a part; where it is the whole object, one request stores it. */
function putParts(given: ObjectTarget, source: StreamBody): Promise<StorageObject> {
  return given.withStop(given.call, (call, stop) =>
    given.uploads.run(stop, async () => {
      const target = { ...given, call };
      const parts = partsOf(source.open(stop.signal), partSizes(source.sizeBytes));
      try {
        const first = (await parts.next()).value as Part;
        if (first.last) return await put(target, signed(first));
        if (target.mustBeNew) await refuseExisting(target);
        const progress = new UploadProgress(call.onProgress, source.sizeBytes);
        const sendPart: SendPart<Part> = async (part, query, options) => {
          const told = { ...options, ...progress.ofPart(part.number) };
          const headers = await putBytes(target, signed(part), told, query);
          const etag = etagOf(headers.get('etag'));
          if (etag === '') throw lacking('the ETag of a part');
          return { number: part.number, sizeBytes: part.sizeBytes, etag };
        };
        return await storeInParts(target, prepend(first, parts), sendPart, stop);
      } finally {
        await parts.return(undefined);
      }
    }),
  );
}

interface Bytes {
  readonly body: RequestBody;
  readonly sizeBytes: number;
  readonly payloadHash: string;
  /** Asked for when all bytes have been sent. */
  readonly md5: () => string;
  /** Those of every attempt that was sent whole. */
  readonly md5s: () => readonly string[];
}

function signed({ body, sizeBytes, sha256, md5 }: Part): Bytes {
  return { body, sizeBytes, payloadHash: sha256, ...known(md5.toString('hex')) };
}

function known(md5: string): Pick<Bytes, 'md5' | 'md5s'> {
  return { md5: () => md5, md5s: () => [md5] };
}

async function put(target: ObjectTarget, bytes: Bytes): Promise<StorageObject> {
  const since = performance.now();
  try {
    return await putOnce(target, bytes);
  } catch (error) {
    if (!isSdkError(error, 'SDK_PRECONDITION') || !mayHaveBeenDoneBefore(error)) throw error;
    const etags = bytes.md5s();
    const stored = await storedBefore(target, error, { since, etags, ...bytes });
    if (stored === undefined) throw error;
    return stored;
  }
}

async function putOnce(target: ObjectTarget, bytes: Bytes): Promise<StorageObject> {
  const headers = await putBytes(target, bytes, target.call, undefined, {
    ...objectHeaders(target),
    'if-none-match': target.mustBeNew ? '*' : undefined,
  }).catch((error: unknown) => {
    if (!target.mustBeNew || !isSdkError(error, 'SDK_SERVER') || error.status !== 501) throw error;
    // Swift says so, and others that know no conditions; what is there was not touched.
    throw new UnsupportedError(
      'This server cannot store an object only where there is none (501)',
      {
        hint: 'Leave ifNoneMatch out, and ask headObject before; of two uploads at once the later then wins.',
        cause: error,
      },
    );
  });
  return storedObject(target, bytes.sizeBytes, {
    etag: headers.get('etag'),
    headers,
    raw: headers.toJSON(),
  });
}

async function putBytes(
  { bucket, key }: ObjectTarget,
  { body, sizeBytes, payloadHash, md5 }: Bytes,
  call: CallOptions,
  query?: { readonly partNumber: number; readonly uploadId: string },
  headers: HeaderRecord = {},
) {
  const answer = await bucket
    .request(
      {
        method: 'PUT',
        key,
        query,
        headers: { ...headers, 'x-amz-content-sha256': payloadHash },
        body,
        sizeBytes,
        expect: 'none',
      },
      call,
    )
    .catch(asIntegrityError);
  checkEtag(answer.headers, md5());
  return answer.headers;
}

/** Asked before gigabytes are sent in vain; the end of the upload asks again, in one step with storing it. */
async function refuseExisting({ bucket, key, call }: ObjectTarget): Promise<void> {
  const options = { ...call, onProgress: undefined, headers: laterHeaders(call.headers) };
  const { status } = await bucket.request({ method: 'HEAD', key, success: [404] }, options);
  if (status === 404) return;
  throw new PreconditionError(`${JSON.stringify(key)} exists already`, { status: 412 });
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
