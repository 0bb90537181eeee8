/** Content codings (RFC 9110 §8.4.1) of bodies that are read into memory. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { BodyTooLong } from './collect.js';

/** A body whose coding cannot be undone. The message says why, and quotes nothing. */
export class UnreadableCoding extends Error {}

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const gunzipped: Decoder = promisify(gunzip);
const inflated: Decoder = promisify(inflate);
const inflatedRaw: Decoder = promisify(inflateRaw);

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipped],
  ['x-gzip', gunzipped],
  ['br', promisify(brotliDecompress)],
  // "deflate" is zlib's format by RFC 9110, but some servers send the raw one (RFC 1951).
  ['deflate', (bytes, options) => (hasZlibHeader(bytes) ? inflated : inflatedRaw)(bytes, options)],
]);

/** Each coding multiplies the size that a few bytes can grow to; no API uses more. */
const MAX_CODINGS = 3;

/**
 * The body without its codings.
 * @param limitBytes of every step, so that a small body cannot become a huge one.
 * @throws BodyTooLong · UnreadableCoding
 */
export async function decompress(
  bytes: Buffer,
  contentEncoding: string,
  limitBytes: number,
): Promise<Buffer> {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) throw new UnreadableCoding('it has too many content codings');
  let decoded = bytes;
  for (const coding of codings.reverse()) {
    const decoder = DECODERS.get(coding);
    if (decoder === undefined)
      throw new UnreadableCoding('it has a content coding that was not asked for');
    if (decoded.length === 0) return decoded;
    try {
      decoded = await decoder(decoded, { maxOutputLength: Math.max(1, limitBytes) });
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new BodyTooLong();
      throw new UnreadableCoding(`it cannot be decompressed (${coding})`);
    }
  }
  return decoded;
}

/** RFC 1950 §2.2: the method is 8, and the first two bytes are a multiple of 31. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
