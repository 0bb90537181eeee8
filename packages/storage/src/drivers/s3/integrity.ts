/** Whether the provider has the bytes that were sent. */
import { IntegrityError, isSdkError } from '@sdk/common';
import type { ResponseHeaders } from '@sdk/common';
import { etagOf } from '../../etag.js';

/**
 * Compares what S3 has stored with what was sent, where its ETag is an MD5: it is another hash where a key of KMS or of
 * the customer encrypts. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 * @throws IntegrityError
 */
export function checkEtag(headers: ResponseHeaders, md5: string): void {
  const etag = etagOf(headers.get('etag'));
  if (!ofMd5(headers) || !/^[0-9a-f]{32}$/i.test(etag) || etag.toLowerCase() === md5) return;
  throw new IntegrityError(`What was stored has the MD5 ${etag}, what was sent ${md5}`, {
    hint: 'The bytes changed on the way. Upload them again; over https: nothing between can change them.',
  });
}

/** Whether an answer's ETag is made of MD5s, as far as its headers tell. */
export function ofMd5(headers: ResponseHeaders): boolean {
  if (headers.has('x-amz-server-side-encryption-customer-algorithm')) return false;
  return (headers.get('x-amz-server-side-encryption') ?? 'AES256') === 'AES256';
}

const CODES = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch']);

/** Rethrows a provider's word that the bytes do not match their checksum as what it is; other errors as they are. */
export function asIntegrityError(error: unknown): never {
  const { providerCode } = error as { providerCode?: string };
  if (!isSdkError(error) || providerCode === undefined || !CODES.has(providerCode)) throw error;
  throw new IntegrityError(`The provider received other bytes than were sent (${providerCode})`, {
    hint: 'Nothing was stored. The bytes changed on the way; upload them again.',
    cause: error,
  });
}
