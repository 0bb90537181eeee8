/** Deleting up to a thousand objects in one request. */
import { createHash } from 'node:crypto';
import { buildXml } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import type { DeletionFailure } from '../../deletion-failures.js';
import type { Bucket } from './bucket.js';
import { lacking } from './s3-connection.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const MAX_NAMES = 1_000;
const XMLNS = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** XML 1.0 cannot carry these, and turns a carriage return into a line feed: such a name needs a request of its own. */

const NOT_IN_XML = /[\u0000-\u001f\ufffe\uffff]/;

/** Whether a name can be told in a list; else it is deleted by itself. */
export function fitsInXml(name: string): boolean {
  return !NOT_IN_XML.test(name);
}

interface WireResult {
  readonly DeleteResult?:
    | ''
    | {
        readonly Error?: readonly {
          readonly Key?: string;
          readonly Code?: string;
          readonly Message?: string;
        }[];
      };
}

/** Answers what could not be deleted; absent objects are deleted already. */
export async function deleteBatch(
  bucket: Bucket,
  names: readonly string[],
  call: CallOptions,
): Promise<DeletionFailure[]> {
  const list = names.map((Key) => ({ Key }));
  const body = buildXml('Delete', { Quiet: true, Object: list }, { xmlns: XMLNS });
  const { body: answer } = await bucket.request<WireResult>(
    {
      method: 'POST',
      query: { delete: '' },
      // Required: https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-multiple-objects.html
      headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
      body,
      contentType: 'application/xml',
      expect: 'xml',
      xml: { arrays: ['Error'] },
      idempotent: true,
    },
    call,
  );
  const result = answer?.DeleteResult;
  if (result === undefined) throw lacking('<DeleteResult>');
  if (result === '') return [];
  return (result.Error ?? [])
    .filter(({ Code }) => Code !== 'NoSuchKey')
    .map(({ Key = '', Code = 'Unknown', Message = '' }) => ({
      name: Key,
      code: Code,
      message: Message,
    }));
}
