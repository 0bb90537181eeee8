/** Making a bucket, which is nobody's yet, and deleting one. */
import { buildXml, ConflictError, isSdkError, mayHaveBeenDoneBefore } from '@sdk/common';
import type { CallOptions, RequestSpec } from '@sdk/common';
import type { Container } from '../../models.js';
import type { Bucket } from './bucket.js';
import { XMLNS } from './s3-connection.js';

/** @throws ConflictError where it exists, the caller's own too. */
export async function createBucket(
  bucket: Bucket,
  region: string,
  call: CallOptions,
): Promise<Container> {
  // In us-east-1 Amazon answers 200 to whoever owns the bucket already, as some others do everywhere.
  const { status } = await bucket.request({ method: 'HEAD', success: [301, 400, 403, 404] }, call);
  if (status === 200) throw ownedAlready(bucket.name);
  try {
    const { headers } = await bucket.request(
      { method: 'PUT', ...placedIn(region), expect: 'none' },
      call,
    );
    return { name: bucket.name, raw: headers.toJSON() };
  } catch (error) {
    // A repetition that finds the bucket is the success of an attempt whose answer was lost, where it was not there before.
    const made = isSdkError(error, 'SDK_CONFLICT') && mayHaveBeenDoneBefore(error);
    if (!made || status !== 404) throw error;
    const look = bucket.request({ method: 'HEAD', success: [403, 404] }, call);
    const found = await look.catch(() => undefined);
    // Some servers say only that there is one.
    const ours = error.providerCode === 'BucketAlreadyOwnedByYou' || found?.status === 200;
    if (found === undefined || !ours) throw error;
    return { name: bucket.name, raw: found.headers.toJSON() };
  }
}

/**
 * Deletes a bucket. A repetition that finds none is the success of an attempt whose answer was lost.
 * @throws NotFoundError where there was none from the first.
 */
export async function deleteBucket(bucket: Bucket, call: CallOptions): Promise<void> {
  try {
    await bucket.request({ method: 'DELETE', expect: 'none' }, call);
  } catch (error) {
    if (!isSdkError(error, 'SDK_NOT_FOUND') || !mayHaveBeenDoneBefore(error)) throw error;
  }
}

function ownedAlready(bucket: string): ConflictError {
  return new ConflictError(`The bucket ${JSON.stringify(bucket)} exists already, and is yours`, {
    status: 409,
    providerCode: 'BucketAlreadyOwnedByYou',
  });
}

/** The body that says where a bucket shall be; us-east-1 is where it is without one. */
function placedIn(region: string): Pick<RequestSpec, 'body' | 'contentType'> {
  if (region === 'us-east-1') return {};
  const place = { LocationConstraint: region };
  return {
    body: buildXml('CreateBucketConfiguration', place, { xmlns: XMLNS }),
    contentType: 'application/xml',
  };
}
