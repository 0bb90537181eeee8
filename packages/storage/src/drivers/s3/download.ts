/** A download, which goes on after a break where that was asked for. */
import type { Readable } from 'node:stream';
import { callOptions, MalformedResponseError, PreconditionError } from '@sdk/common';
import type { CallOptions, SdkResponse } from '@sdk/common';
import { ifMatchHeader } from '../../etag.js';
import { contentRange, isRange, rangeHeader } from '../../range.js';
import type { ByteRange } from '../../range.js';
import { ResumedBody } from '../../resumed-body.js';
import type { Download, GetObjectOptions } from '../../storage-driver.js';
import { objectFrom } from './answers.js';
import type { Bucket } from './bucket.js';
import { checkRest, restFailure, strongEtag } from './rest.js';
import type { Beginning } from './rest.js';

/**
 * @param options those of a call whose requests all end at one moment
 * @param attempts how often a rest may be asked for in a row, where the call does not say
 * @throws what a request throws; PreconditionError and MalformedResponseError also where the server ignores what it was asked.
 */
export async function download(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  options: GetObjectOptions,
  attempts: number,
): Promise<Download> {
  const ifMatch = options.ifMatch === undefined ? undefined : ifMatchHeader(options.ifMatch);
  const call = callOptions(options) ?? {};
  if (options.resume !== true) {
    const { object, body } = await begin(bucket, key, range, ifMatch, call);
    return { object, body };
  }
  // Progress is that of the whole, so the requests do not tell theirs.
  const quiet = { ...call, onProgress: undefined };
  const { object, body, answer } = await begin(bucket, key, range, ifMatch, quiet);
  const { headers } = answer;
  const { start, end, size, known } = extentOf(range, answer);
  const etag = known ? strongEtag(headers) : undefined;
  const coding = headers.get('content-encoding');
  const beginning: Beginning = { etag: etag ?? '', coding, end, size };
  const tries = options.retry === false ? 1 : (options.retry?.attempts ?? attempts);
  const reopen = async (from: number, signal: AbortSignal): Promise<Readable> => {
    const missing = { start: from, end };
    try {
      const rest = await request(bucket, key, missing, etag, { ...quiet, signal });
      checked(rest, () => checkRest(rest, from, beginning));
      return rest.body;
    } catch (error) {
      throw restFailure(error);
    }
  };
  return {
    object,
    body: new ResumedBody({
      first: body,
      start,
      end,
      reopen,
      // Without a strong etag or a length nobody can tell whether a rest belongs to what came before.
      failures: etag === undefined ? 0 : tries - 1,
      signal: call.signal,
      onProgress: call.onProgress,
    }),
  };
}

/** Where the bytes of a first answer stand in the object, and whether that is certain enough to ask for the rest of them. */
function extentOf(
  range: ByteRange | undefined,
  { status, headers }: SdkResponse,
): { readonly start: number; readonly end: number; readonly size: number; known: boolean } {
  if (range !== undefined) {
    return { ...contentRange(headers.get('content-range'))!, known: true };
  }
  const end = Number(headers.get('content-length') ?? Infinity);
  // A 203 was changed on the way, and a 206 answers a Range header of the caller's own.
  return { start: 0, end, size: end, known: status === 200 && Number.isFinite(end) };
}

/** The first answer. */
async function begin(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  ifMatch: string | undefined,
  call: CallOptions,
): Promise<Download & { readonly answer: SdkResponse }> {
  const answer = await request(bucket, key, range, ifMatch, call);
  const { status, headers, body, requestId, decision } = answer;
  const object = checked(answer, () => {
    const facts = { status, requestId, decision };
    const etag = strongEtag(headers);
    // A server may ignore If-Match, as it may ignore Range.
    if (ifMatch !== undefined && ifMatch !== '*' && etag !== undefined && etag !== ifMatch) {
      throw new PreconditionError('The object has another ETag than ifMatch', facts);
    }
    if (range === undefined) {
      if (status !== 206 || hasRange(call)) return objectFrom(key, answer);
      throw new MalformedResponseError(
        'The whole object was asked for, and a part answered',
        facts,
      );
    }
    if (status === 206 && isRange(range, headers.get('content-range'))) {
      return objectFrom(key, answer);
    }
    throw new MalformedResponseError(
      `A range was asked for (${rangeHeader(range)}), and the answer is another one`,
      facts,
    );
  });
  return { object, body, answer };
}

/** Whether the caller has set the header. */
function hasRange({ headers = {} }: CallOptions): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'range');
}

function request(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  ifMatch: string | undefined,
  call: CallOptions,
): Promise<SdkResponse<Readable>> {
  const headers = { range: range && rangeHeader(range), 'if-match': ifMatch };
  return bucket.request<Readable>({ method: 'GET', key, headers, expect: 'stream' }, call);
}

/** What `check` answers; where it throws, the body is let go. */
function checked<T>({ body }: SdkResponse<Readable>, check: () => T): T {
  try {
    return check();
  } catch (error) {
    body.on('error', () => {});
    body.destroy();
    throw error;
  }
}
