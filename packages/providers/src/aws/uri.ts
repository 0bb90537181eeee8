/** RFC 3986 as AWS wants it: what is signed is what is sent. */
import { percentEncode } from '@sdk/common';

/** Percent-encodes everything but unreserved characters and slashes: as S3 writes the names of objects. */
export function encodeUriPath(text: string): string {
  return text.split('/').map(percentEncode).join('/');
}
