/** Deleting objects: one, or up to a thousand in one request. */
import { createHash } from 'node:crypto';
import { buildXml, isSdkError, PermissionError, ResponseError } from '@sdk/common';
import type { CallOptions } from '@sdk/common';
import { awsErrorClass } from '@sdk/providers/aws';
import { deletionError, failureOf, withFailures } from '../../deletion-failures.js';
import type { DeletionFailure } from '../../deletion-failures.js';
import type { Bucket } from './bucket.js';
import { lacking, XMLNS } from './s3-connection.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_NAMES = 1_000;

/** XML 1.0 cannot carry these, and turns a carriage return into a line feed: such a name needs a request of its own. */

const NOT_IN_XML = /[\u0000-\u001f\ufffe\uffff]/;

/** Deletes one object; an absent one is deleted already. */
export async function deleteOne(bucket: Bucket, key: string, call: CallOptions): Promise<void> {
  try {
    await bucket.request({ method: 'DELETE', key, expect: 'none' }, call);
  } catch (error) {
    // Amazon answers 204; some others say that it was not there.
    if (!isSdkError(error, 'SDK_NOT_FOUND') || error.providerCode !== 'NoSuchKey') throw error;
  }
}

/** Deletes many. @throws ResponseError that lists what could not be deleted, where the rest was. */
export async function deleteMany(
  bucket: Bucket,
  names: AsyncIterable<string>,
  call: CallOptions,
): Promise<void> {
  const failures: DeletionFailure[] = [];
  let total = 0;
  try {
    let batch: string[] = [];
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await deleteBatch(bucket, batch, failures, call);
      batch = [];
    };
    for await (const name of names) {
      total += 1;
      if (NOT_IN_XML.test(name)) failures.push(...(await deleteAlone(bucket, name, call)));
      else batch.push(name);
      if (batch.length === MAX_NAMES) await flush();
    }
    await flush();
  } catch (error) {
    throw withFailures(error, failures, total);
  }
  const [first] = failures;
  if (first === undefined) return;
  const Class = awsErrorClass(first.code) ?? PermissionError;
  throw deletionError(failures, total, { status: 200, providerCode: first.code }, Class);
}

async function deleteAlone(
  bucket: Bucket,
  name: string,
  call: CallOptions,
): Promise<DeletionFailure[]> {
  try {
    await deleteOne(bucket, name, call);
    return [];
  } catch (error) {
    // Without a key or a bucket none of the others can be deleted either.
    if (!(error instanceof ResponseError) || [401, 404].includes(error.status)) throw error;
    return [failureOf(name, error)];
  }
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

/** Adds what could not be deleted to `failures`; absent objects are deleted already. */
async function deleteBatch(
  bucket: Bucket,
  names: readonly string[],
  failures: DeletionFailure[],
  call: CallOptions,
): Promise<void> {
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
  if (result === '') return;
  const errors = result.Error ?? [];
  for (const { Key = '', Code = 'Unknown', Message = '' } of errors) {
    if (Key === '' || Code === 'NoSuchKey') continue;
    failures.push({ name: Key, code: Code, message: Message });
  }
  if (errors.some(({ Key = '' }) => Key === '')) throw lacking('the <Key> of an <Error>');
}
