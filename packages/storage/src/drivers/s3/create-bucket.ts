/** Making a bucket, which is nobody's yet. */
import { buildXml, ConflictError } from '@sdk/common';
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
  const { headers } = await bucket.request(
    { method: 'PUT', ...placedIn(region), expect: 'none' },
    call,
  );
  return { name: bucket.name, raw: headers.toJSON() };
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
