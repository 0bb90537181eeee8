/** A download, which goes on after a break where that was asked for. */
import type { Readable } from 'node:stream';
import { callOptions, MalformedResponseError } from '@sdk/common';
import type { CallOptions, ResponseHeaders, RetryOptions } from '@sdk/common';
import { ifMatchHeader } from '../etag.js';
import { isRange, rangeHeader } from '../range.js';
import type { ByteRange } from '../range.js';
import { ResumedBody } from '../resumed-body.js';
import type { Download, GetObjectOptions } from '../storage-driver.js';
import { totalPassed } from '../total.js';
import { objectFromHeaders } from './answers.js';
import type { Bucket } from './bucket.js';

/** What the driver's own settings say where the call is silent. */
export interface DownloadDefaults {
  readonly retry: RetryOptions;
  readonly totalMs: number | undefined;
}

/** @throws what a request throws; MalformedResponseError where another range is answered than the one asked for. */
export async function download(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  options: GetObjectOptions,
  defaults: DownloadDefaults,
): Promise<Download> {
  const ifMatch = options.ifMatch === undefined ? undefined : ifMatchHeader(options.ifMatch);
  const call = callOptions(options) ?? {};
  if (options.resume !== true) {
    const { object, body } = await open(bucket, key, range, ifMatch, call);
    return { object, body };
  }
  const totalMs = options.timeouts?.totalMs ?? defaults.totalMs;
  const startedAt = performance.now();
  // Progress is that of the whole, so the requests do not tell theirs.
  const quiet = { ...call, onProgress: undefined };
  const { object, headers, body } = await open(bucket, key, range, ifMatch, quiet);
  const etag = headers.get('etag');
  const length = headers.get('content-length');
  const start = range?.start ?? 0;
  // By a weak etag, or without a length, nobody can tell whether the rest belongs to what came before.
  const resumable = etag?.startsWith('"') === true && length !== undefined;
  const end = resumable ? start + Number(length) : Infinity;
  const attempts =
    options.retry === false ? 1 : (options.retry?.attempts ?? defaults.retry.attempts);
  const resumed = new ResumedBody({
    first: body,
    start,
    end,
    reopen: async (from, signal) => {
      const leftMs = totalMs === undefined ? undefined : totalMs - (performance.now() - startedAt);
      if (leftMs !== undefined && leftMs < 1) throw totalPassed(totalMs as number);
      const timeouts = { ...call.timeouts, totalMs: leftMs && Math.ceil(leftMs) };
      const rest = await open(bucket, key, { start: from, end }, etag, {
        ...quiet,
        timeouts,
        signal,
      });
      return rest.body;
    },
    failures: resumable ? attempts - 1 : 0,
    signal: call.signal,
    onProgress: call.onProgress,
  });
  return { object, body: resumed };
}

async function open(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  ifMatch: string | undefined,
  call: CallOptions,
): Promise<Download & { readonly headers: ResponseHeaders }> {
  const answer = await bucket.request<Readable>(
    {
      method: 'GET',
      key,
      headers: { range: range && rangeHeader(range), 'if-match': ifMatch },
      expect: 'stream',
    },
    call,
  );
  const { headers, body, status } = answer;
  try {
    if (range !== undefined && !(status === 206 && isRange(range, headers.get('content-range')))) {
      throw new MalformedResponseError(
        `A range was asked for (${rangeHeader(range)}), and the answer is another one`,
        { status },
      );
    }
    return { object: objectFromHeaders(key, headers), headers, body };
  } catch (error) {
    body.on('error', () => {});
    body.destroy();
    throw error;
  }
}
