/** Bytes that lie in memory, as a body that goes up piece by piece. */

/** Above this, bytes go up in pieces, so that a slow peer is told from a silent one. */
export const PIECE_BYTES = 64 * 1024;

/** Views of the bytes, none of them a copy. */
export function* piecesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES)
    yield bytes.subarray(at, at + PIECE_BYTES);
}
