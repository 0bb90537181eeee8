/** An object in parts: some are sent at once, and it is stored whole or not at all. */
import { createHash } from 'node:crypto';
import { addHint, buildXml, isSdkError, mayHaveBeenDoneBefore } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { etagOf } from '../../etag.js';
import type { StorageObject } from '../../models.js';
import { objectFrom } from './answers.js';
import { laterHeaders, objectHeaders, storedObject } from './object-facts.js';
import type { ObjectTarget } from './object-facts.js';
import { lacking, XMLNS } from './s3-connection.js';

/** Parts on their way at once. With the one that is being read, this many parts and one are held in memory at most. */
const PARALLEL_PARTS = 3;
/** An abandoned upload is cleaned up whatever became of the caller's own time, but not without end. */
const ABORT_TOTAL_MS = 30_000;

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
  const first = { ...target.call, signal: stop.signal, onProgress: undefined };
  const uploadId = await begin(target, first);
  const call = { ...first, headers: laterHeaders(first.headers) };
  try {
    const sent = await sendAll(parts, stop, (part) =>
      send(part, { partNumber: part.number, uploadId }, call),
    );
    return await complete(target, uploadId, sent, call);
  } catch (error) {
    await abandon(target, uploadId, error);
    throw error;
  }
}

async function begin(target: ObjectTarget, call: CallOptions): Promise<string> {
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
      call,
    );
    const raw = body?.CompleteMultipartUploadResult;
    if (typeof raw !== 'object') throw lacking('<CompleteMultipartUploadResult>');
    return storedObject(target, sizeBytes, { etag: raw.ETag, headers, raw });
  } catch (error) {
    const before = isSdkError(error, 'SDK_NOT_FOUND') && mayHaveBeenDoneBefore(error);
    const stored = before ? await completedBefore(target, sent, call) : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
}

/** The answer to the first attempt was lost, and the second finds no upload: it may have been completed by the first. */
async function completedBefore(
  { bucket, key }: ObjectTarget,
  sent: readonly SentPart[],
  call: CallOptions,
): Promise<StorageObject | undefined> {
  const md5s = Buffer.from(sent.map(({ etag }) => etag).join(''), 'hex');
  const expected = `${createHash('md5').update(md5s).digest('hex')}-${sent.length}`;
  const answer = await bucket.request({ method: 'HEAD', key }, call).catch(() => undefined);
  if (etagOf(answer?.headers.get('etag')) !== expected) return undefined;
  return answer && objectFrom(key, answer);
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
