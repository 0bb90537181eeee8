/** Whether an answer is the rest of an earlier one: of the same version of the object, and the very bytes that are missing. */
import { isSdkError, MalformedResponseError, PreconditionError } from '@sdk/common';
import type { ResponseError, ResponseErrorInit, ResponseHeaders, SdkResponse } from '@sdk/common';
import { contentRange } from '../../range.js';

/** What the first answer said of itself. */
export interface Beginning {
  /** In its quotes; a strong one. */
  readonly etag: string;
  readonly coding: string | undefined;
  /** Behind its last byte. */
  readonly end: number;
  /** Of the whole object; `Infinity`: it did not say. */
  readonly size: number;
}

/** The strong entity tag of an answer, in its quotes: a weak one is shared by versions with other bytes (RFC 9110 §8.8.1). */
export function strongEtag(headers: ResponseHeaders): string | undefined {
  const etag = headers.get('etag');
  return etag !== undefined && /^"[^"]*"$/.test(etag) ? etag : undefined;
}

/**
 * A server may ignore `If-Match` or `Range`, so what it answers is compared with what was asked for.
 * @param from the first byte that is missing
 * @throws PreconditionError where it is of another version; MalformedResponseError where it is not those bytes, or does not say.
 */
export function checkRest(answer: SdkResponse, from: number, beginning: Beginning): void {
  const { status, headers } = answer;
  const etag = strongEtag(headers);
  if (etag !== undefined && etag !== beginning.etag) throw changed(factsOf(answer));
  const wrong = (what: string): MalformedResponseError =>
    new MalformedResponseError(
      `The rest of an object was asked for, from byte ${from} on, and ${what}`,
      { ...factsOf(answer), hint: 'Download it anew, without resume.' },
    );
  if (etag === undefined) throw wrong('the answer does not say by a strong ETag of which version');
  if (status !== 206) throw wrong(`the answer is not that part, but a ${status}`);
  const range = contentRange(headers.get('content-range'));
  if (range === undefined) throw wrong('the answer does not say by Content-Range which part it is');
  const { start, end, size } = range;
  if (start !== from || end !== beginning.end) throw wrong('the answer is another part');
  if (Number.isFinite(size) && Number.isFinite(beginning.size) && size !== beginning.size) {
    throw wrong(`the object has ${size} bytes now and had ${beginning.size}`);
  }
  if (headers.get('content-encoding') !== beginning.coding) {
    throw wrong('the answer has another Content-Encoding than the first');
  }
  const length = headers.get('content-length');
  if (length !== undefined && Number(length) !== end - start) {
    throw wrong('its Content-Length contradicts its Content-Range');
  }
}

/** The failure of the request for a rest. Its bytes were there before: a 416 says that the object is another one now. */
export function restFailure(error: unknown): unknown {
  if (!isSdkError(error) || (error as Partial<ResponseError>).status !== 416) return error;
  const { requestId, decision } = error as ResponseError;
  return changed({ status: 416, requestId, decision, cause: error });
}

function changed(facts: ResponseErrorInit): PreconditionError {
  return new PreconditionError('The object was changed while it was downloaded', {
    ...facts,
    hint: 'Download it anew: what has come belongs to the earlier version.',
  });
}

function factsOf({ status, requestId, decision }: SdkResponse): ResponseErrorInit {
  return { status, requestId, decision };
}
