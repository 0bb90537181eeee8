/** Chunked bodies as RFC 9112 §7.1 lets them be, and bytes that arrive in pieces. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Socket } from 'node:net';
import fc from 'fast-check';

const TOKEN = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);
const EXTENSION = fc.oneof(
  fc.constant(''),
  TOKEN.map((name) => `;${name}`),
  fc.tuple(TOKEN, TOKEN).map(([name, value]) => `;${name}=${value}`),
  fc.tuple(TOKEN, TOKEN).map(([name, value]) => `;${name}="${value}; 0"`),
);
const CHUNK = fc.record({
  size: fc.oneof({ weight: 4, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.nat(3_000) }),
  extension: EXTENSION,
  /** Sizes may be written in any case, and with zeros before them. */
  capitals: fc.boolean(),
  zeros: fc.nat(2),
});
const TRAILER = fc.tuple(TOKEN, TOKEN).map(([name, value]) => `X-${name}: ${value}\r\n`);

/** A body, and how it is written. */
export interface Chunked {
  readonly body: Buffer;
  /** With the last chunk and the trailers. */
  readonly bytes: Buffer;
}

export const CHUNKED: fc.Arbitrary<Chunked> = fc
  .record({
    chunks: fc.array(CHUNK, { maxLength: 6 }),
    last: EXTENSION,
    trailers: fc.array(TRAILER, { maxLength: 2 }),
  })
  .map(({ chunks, last, trailers }) => {
    // No chunk of no bytes, since it is the last; its bytes look like what stands around chunks.
    const full = chunks.filter(({ size }) => size > 0);
    const contents = full.map(({ size }, i) => Buffer.alloc(size, `0\r\n\r\n${i}\r\n`));
    const written = full.map(({ size, extension, capitals, zeros }, i) => {
      const hex = '0'.repeat(zeros) + size.toString(16);
      return `${capitals ? hex.toUpperCase() : hex}${extension}\r\n${contents[i]!.toString('latin1')}\r\n`;
    });
    const bytes = Buffer.from(`${written.join('')}0${last}\r\n${trailers.join('')}\r\n`, 'latin1');
    return { body: Buffer.concat(contents), bytes };
  });

/** Where bytes are cut, as fractions of them all. */
export const CUTS = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

/** `bytes`, cut there. */
export function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
  return [...places, bytes.length]
    .map((end, i) => bytes.subarray(places[i - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}

/** Writes each piece so that it arrives by itself: whoever reads in this process has had its turn before the next. */
export async function writeApart(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    socket.write(piece);
    await turn();
    await turn();
  }
}
