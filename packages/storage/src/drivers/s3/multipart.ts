/** An object in parts: some are sent at once, and it is stored whole or not at all. */
import { createHash } from 'node:crypto';
import { addHint, buildXml, isSdkError, mayHaveBeenDoneBefore, onAbort } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import type { StorageObject } from '../../models.js';
import {
  firstHeaders,
  lastHeaders,
  laterHeaders,
  objectHeaders,
  storedObject,
} from './object-facts.js';
import type { ObjectTarget } from './object-facts.js';
import { lacking, XMLNS } from './s3-connection.js';
import { storedBefore } from './stored-before.js';

/** Parts on their way at once. With the one that is being read, this many parts and one are held in memory at most. */
const PARALLEL_PARTS = 3;
/** An abandoned upload is cleaned up whatever became of the caller's own time, but not without end. */
const ABORT_TOTAL_MS = 30_000;
/** How long the answer to the first request is waited for, where the upload has ended meanwhile. */
const BEGIN_GRACE_MS = 2_000;
/** Longer than anybody waits: the timers of the phases end the request before. */
const BEGIN_TOTAL_MS = 24 * 60 * 60 * 1000;

/** A part that has arrived. */
export interface SentPart {
  readonly number: number;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
}

/** A part that can be sent. */
interface Numbered {
  readonly number: number;
}

/** How one part is sent: with the query that says which, and options whose signal ends it with the others. */
export type SendPart<P extends Numbered> = (
  part: P,
  query: { readonly partNumber: number; readonly uploadId: string },
  call: CallOptions,
) => Promise<SentPart>;

/**
 * Stores an object from parts. Where anything fails, the other parts are stopped and the upload is aborted.
 * @param stop ends `parts` and every request; it is aborted with the first failure.
 */
export async function storeInParts<P extends Numbered>(
  target: ObjectTarget,
  parts: AsyncIterable<P>,
  send: SendPart<P>,
  stop: AbortController,
): Promise<StorageObject> {
  const uploadId = await begin(target, stop);
  const options = { ...target.call, signal: stop.signal, onProgress: undefined };
  const call = { ...options, headers: laterHeaders(options.headers) };
  try {
    // It may have ended while its beginning was on the way.
    stop.signal.throwIfAborted();
    const sent = await sendAll(parts, stop, (part) =>
      send(part, { partNumber: part.number, uploadId }, call),
    );
    return await complete(target, uploadId, sent, options);
  } catch (error) {
    await abandon(target, uploadId, error);
    throw error;
  }
}

/** Where the upload ends meanwhile, the answer is waited for a little longer: it has the name of what is to be taken back. */
async function begin(target: ObjectTarget, stop: AbortController): Promise<string> {
  const { httpProxy, noProxy, retry, timeouts, headers } = target.call;
  stop.signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopListening = onAbort(stop.signal, () => {
    timer = setTimeout(() => late.abort(stop.signal.reason), BEGIN_GRACE_MS);
  });
  try {
    return await requestUpload(target, {
      httpProxy,
      noProxy,
      retry,
      // The total of the call is that of `stop`.
      timeouts: { ...timeouts, totalMs: BEGIN_TOTAL_MS },
      headers: firstHeaders(headers),
      signal: late.signal,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const { reason } = stop.signal as { readonly reason: unknown };
    if (late.signal.aborted && isSdkError(reason)) {
      addHint(
        reason,
        `Whether a multipart upload of ${JSON.stringify(target.key)} was begun is not known: the answer did not come in time.`,
      );
    }
    throw reason;
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

async function requestUpload(target: ObjectTarget, call: CallOptions): Promise<string> {
  const { body } = await target.bucket.request<{
    InitiateMultipartUploadResult?: { UploadId?: string };
  }>(
    {
      method: 'POST',
      key: target.key,
      query: { uploads: '' },
      headers: objectHeaders(target),
      expect: 'xml',
    },
    call,
  );
  const uploadId = body?.InitiateMultipartUploadResult?.UploadId;
  if (typeof uploadId !== 'string' || uploadId === '') throw lacking('<UploadId>');
  return uploadId;
}

async function sendAll<P extends Numbered>(
  parts: AsyncIterable<P>,
  stop: AbortController,
  send: (part: P) => Promise<SentPart>,
): Promise<readonly SentPart[]> {
  const sent: SentPart[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop.abort(error);
  };
  try {
    for await (const part of parts) {
      const task: Promise<void> = send(part)
        .then((done) => void sent.push(done), fail)
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= PARALLEL_PARTS) await Promise.race(running);
      if (failure !== undefined) break;
    }
  } catch (error) {
    fail(error);
  }
  // A part that is still on its way could arrive after the upload was aborted, and stay.
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
  return sent.sort((a, b) => a.number - b.number);
}

async function complete(
  target: ObjectTarget,
  uploadId: string,
  sent: readonly SentPart[],
  call: CallOptions,
): Promise<StorageObject> {
  const { bucket, key, mustBeNew } = target;
  const sizeBytes = sent.reduce((sum, part) => sum + part.sizeBytes, 0);
  const since = performance.now();
  const Part = sent.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` }));
  try {
    const { body, headers } = await bucket.request<{
      CompleteMultipartUploadResult?: { ETag?: string };
    }>(
      {
        method: 'POST',
        key,
        query: { uploadId },
        headers: { 'if-none-match': mustBeNew ? '*' : undefined },
        body: buildXml('CompleteMultipartUpload', { Part }, { xmlns: XMLNS }),
        contentType: 'application/xml',
        expect: 'xml',
        // To complete what is complete already does nothing, or is answered NoSuchUpload; see below.
        idempotent: true,
      },
      { ...call, headers: lastHeaders(call.headers) },
    );
    const raw = body?.CompleteMultipartUploadResult;
    if (typeof raw !== 'object') throw lacking('<CompleteMultipartUploadResult>');
    return storedObject(target, sizeBytes, { etag: raw.ETag, headers, raw });
  } catch (error) {
    // A repetition finds no upload any more, or an object that meets its condition no more.
    const refused = isSdkError(error, 'SDK_NOT_FOUND') || isSdkError(error, 'SDK_PRECONDITION');
    const etags = expectedEtags(sent);
    const suffix = `-${sent.length}`;
    // A page of somebody else, or nothing, in the place of an answer tells nothing.
    const untold = isSdkError(error, 'SDK_MALFORMED_RESPONSE');
    const stored =
      untold || (refused && mayHaveBeenDoneBefore(error))
        ? await storedBefore(target, error, { since, sizeBytes, etags, suffix })
        : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
}

/** The ETag of an object in parts is the MD5 of their MD5s; none where theirs are none. */
function expectedEtags(sent: readonly SentPart[]): readonly string[] {
  const md5s = sent.map(({ etag }) => etag);
  if (!md5s.every((etag) => /^[0-9a-f]{32}$/i.test(etag))) return [];
  const whole = createHash('md5').update(Buffer.from(md5s.join(''), 'hex'));
  return [`${whole.digest('hex')}-${sent.length}`];
}

/** Takes back the parts that have arrived. That this failed is told beside what went wrong, not in its place. */
async function abandon(target: ObjectTarget, uploadId: string, error: unknown): Promise<void> {
  const { bucket, key, call, warn } = target;
  const { httpProxy, noProxy, timeouts } = call;
  const headers = laterHeaders(call.headers);
  try {
    await bucket.request(
      { method: 'DELETE', key, query: { uploadId }, expect: 'none', success: [404] },
      { httpProxy, noProxy, headers, timeouts: { ...timeouts, totalMs: ABORT_TOTAL_MS } },
    );
  } catch (failed) {
    const why = isSdkError(failed)
      ? `${failed.code}: ${failed.message}`
      : 'an error that is not of the SDK';
    const told = `The multipart upload ${uploadId} of ${JSON.stringify(key)} in ${JSON.stringify(bucket.name)} could not be aborted (${why}); its parts stay, and are billed, until it is.`;
    warn(told);
    if (isSdkError(error)) addHint(error, told);
  }
}
