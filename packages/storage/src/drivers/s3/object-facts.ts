/** What is stored beside the bytes, on its way up, and what is known when it is there. */
import { ConfigurationError } from '@sdk/common';
import type { CallOptions, ResponseHeaders } from '@sdk/common';
import { etagOf } from '../../etag.js';
import type { StorageObject } from '../../models.js';
import { isoTime } from './answers.js';
import type { Bucket } from './bucket.js';
import type { RunningUploads } from './running-uploads.js';

/** An object that is to be, without its bytes. */
export interface ObjectTarget extends UploadMeans {
  readonly bucket: Bucket;
  readonly key: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Fail where an object of that name exists. */
  readonly mustBeNew: boolean;
  readonly call: CallOptions;
}

/** What the driver does for an upload of several requests. */
export interface UploadMeans {
  /** The driver's own. */
  readonly withStop: <T>(
    call: CallOptions,
    run: (call: CallOptions, stop: AbortController) => Promise<T>,
  ) => Promise<T>;
  /** Where an upload in parts is entered, so that it ends before the driver does. */
  readonly uploads: RunningUploads;
  /** Told of what could not be cleaned up, where no error can carry it. */
  readonly warn: (message: string) => void;
}

/** What the options of an upload say, which the model of the object repeats. */
const OF_OPTIONS = /^(?:content-type$|x-amz-meta-)/i;

/** @throws ConfigurationError where headers of the call say what its options are for: the two could contradict each other. */
export function withoutDescription(call: CallOptions): CallOptions {
  const name = Object.keys(call.headers ?? {}).find((each) => OF_OPTIONS.test(each));
  if (name === undefined) return call;
  const option = /^content/i.test(name) ? 'contentType' : 'metadata';
  throw new ConfigurationError(`The header ${name} is what the option ${option} is for`, {
    field: `headers.${name}`,
    hint: `Give ${option} in its place.`,
  });
}

/** The headers that say what an object is. */
export function objectHeaders({ contentType, metadata }: ObjectTarget): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': contentType };
  for (const [name, value] of Object.entries(metadata)) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

/** S3 does not answer an upload with the object: it is put together from what was sent and what came back. */
export function storedObject(
  { key, contentType, metadata }: ObjectTarget,
  sizeBytes: number,
  answer: {
    readonly etag: string | undefined;
    readonly headers: ResponseHeaders;
    readonly raw: unknown;
  },
): StorageObject {
  return {
    kind: 'object',
    name: key,
    sizeBytes,
    etag: etagOf(answer.etag),
    modifiedAt: isoTime(answer.headers.get('last-modified') ?? answer.headers.get('date')),
    contentType,
    metadata,
    raw: answer.raw,
  };
}

/** What goes with each request about an object; the rest describes it, and S3 refuses that with parts. */
const WITH_EACH =
  /^x-amz-(?:server-side-encryption-customer-|request-payer$|expected-bucket-owner$)/i;

/** Under which conditions an object is stored: S3 asks for them where it is stored, which is at the end of an upload in parts. */
const CONDITION = /^if-/i;
const DESCRIBES = /^(?:x-amz-|content-|cache-control$|expires$)/i;

/** The caller's own headers for the request that begins an upload in parts: all but the conditions. */
export function firstHeaders(headers: CallOptions['headers']): CallOptions['headers'] {
  return only(headers, (name) => !CONDITION.test(name));
}

/**
 * The caller's own headers for the requests that follow the first of an upload in parts, and for a look at what is stored:
 * without what describes the object, such as `x-amz-acl` or `Cache-Control`, and without conditions.
 */
export function laterHeaders(headers: CallOptions['headers']): CallOptions['headers'] {
  return only(headers, (name) => !CONDITION.test(name) && !describesOnly(name));
}

/** The caller's own headers for the request that ends an upload in parts: the conditions, too. */
export function lastHeaders(headers: CallOptions['headers']): CallOptions['headers'] {
  return only(headers, (name) => !describesOnly(name));
}

function describesOnly(name: string): boolean {
  return DESCRIBES.test(name) && !WITH_EACH.test(name);
}

function only(
  headers: CallOptions['headers'],
  keep: (name: string) => boolean,
): CallOptions['headers'] {
  if (headers === undefined) return undefined;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}
