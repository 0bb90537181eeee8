/** Whether what is stored now came of an earlier attempt of the same upload, whose answer was lost. */
import { addHint, isSdkError } from '@sdk/common';
import type { SdkResponse } from '@sdk/common';
import type { StorageObject } from '../../models.js';
import { objectFrom } from './answers.js';
import { ofMd5 } from './integrity.js';
import { laterHeaders } from './object-facts.js';
import type { ObjectTarget } from './object-facts.js';

/** What was sent. */
export interface SentObject {
  /** When its first attempt began, on the clock of `performance.now()`. */
  readonly since: number;
  readonly sizeBytes: number;
  /** The ETags that it has where they are made of MD5s. */
  readonly etags: readonly string[];
  /** How its ETag ends in any case, such as `-3` for three parts. */
  readonly suffix?: string | undefined;
}

/** Times in headers are whole seconds. */
const ROUNDING_MS = 2_000;

/**
 * The object, where it is this upload's. Where that cannot be told, the hint of `failure` says so.
 * @param failure of a repetition that was refused because of what it found, or of an attempt whose answer tells nothing
 */
export async function storedBefore(
  target: ObjectTarget,
  failure: unknown,
  sent: SentObject,
): Promise<StorageObject | undefined> {
  const { bucket, key, call } = target;
  const options = { ...call, onProgress: undefined, headers: laterHeaders(call.headers) };
  const found = await bucket
    .request({ method: 'HEAD', key, success: [404] }, options)
    .then((answer) => verdictOn(target, sent, answer))
    .catch(() => 'unknown' as const);
  if (typeof found === 'object') return found;
  // A condition that was not met by somebody else's object is the whole truth.
  const certain =
    found === 'absent' || (found === 'other' && isSdkError(failure, 'SDK_PRECONDITION'));
  if (!certain && isSdkError(failure)) {
    addHint(
      failure,
      'An attempt whose answer was lost may have stored the object: look at it before you upload it again.',
    );
  }
  return undefined;
}

function verdictOn(
  { key, metadata }: ObjectTarget,
  { since, sizeBytes, etags, suffix }: SentObject,
  answer: SdkResponse,
): StorageObject | 'absent' | 'other' | 'unknown' {
  const { status, headers } = answer;
  if (status === 404) return 'absent';
  const object = objectFrom(key, answer);
  // Both times are the server's, so no clock of ours matters. What was there before the upload began is not its object.
  const ageMs =
    Date.parse(headers.get('date') ?? '') - Date.parse(headers.get('last-modified') ?? '');
  if (Number.isNaN(ageMs)) return 'unknown';
  if (ageMs > performance.now() - since + ROUNDING_MS) return 'other';
  if (object.sizeBytes !== sizeBytes || !sameRecord(object.metadata, metadata)) return 'other';
  if (etags.includes(object.etag.toLowerCase())) return object;
  const comparable = etags.length > 0 && ofMd5(headers);
  if (comparable) return 'other';
  return suffix !== undefined && object.etag.endsWith(suffix) ? object : 'unknown';
}

function sameRecord(a: StorageObject['metadata'], b: StorageObject['metadata']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
