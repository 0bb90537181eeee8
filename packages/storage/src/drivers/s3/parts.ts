/** A stream of unknown length, cut into parts that can be signed, and sent again. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';

const MIB = 1024 * 1024;

/** What S3 takes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;
/** The size of the first parts, above S3's least (5 MiB). */
export const PART_BYTES = 8 * MIB;
/** Memory is taken in pieces of this size, so that a small object does not cost a whole part. */
const SLAB_BYTES = 256 * 1024;
/** Where the length is unknown, parts double after so many. Up to 7.8 GiB all are equal, which some servers ask for. */
const PARTS_PER_SIZE = 1_000;

/**
 * The size of each part.
 * @param sizeBytes of the whole object: then all parts are equal and no more than 10,000; where it is unknown they
 * grow, so that 10,000 of them hold 8 TiB.
 */
export function partSizes(sizeBytes: number | undefined): (number: number) => number {
  if (sizeBytes === undefined) {
    return (number) => PART_BYTES * 2 ** Math.floor((number - 1) / PARTS_PER_SIZE);
  }
  const equal = Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
  return () => equal;
}

/** A part, held in memory until it is sent. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly sizeBytes: number;
  /** Whether nothing comes after it. */
  readonly last: boolean;
  readonly md5: Buffer;
  readonly sha256: string;
  /** The bytes, or a function that streams them from memory; either can be sent again. */
  readonly body: Uint8Array | (() => Readable);
}

/** Reads a stream part by part. The next is read when it is asked for. Always answers at least one, be it empty. */
export async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  sizeOf: (number: number) => number,
): AsyncGenerator<Part> {
  let builder = new PartBuilder(1, sizeOf(1));
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      if (builder.full) {
        yield builder.finish(false);
        const number = builder.number + 1;
        builder = new PartBuilder(number, sizeOf(number));
      }
      rest = rest.subarray(builder.take(rest));
    }
  }
  yield builder.finish(true);
}

/** Copies chunks, since whoever yields one may use its memory again for the next. */
class PartBuilder {
  readonly number: number;
  readonly #limit: number;
  readonly #slabs: Buffer[] = [];
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash = createHash('sha256');
  #size = 0;
  #usedOfLast = 0;

  constructor(number: number, limit: number) {
    this.number = number;
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#size === this.#limit;
  }

  /** Takes what fits into the last slab; answers how much that is. */
  take(chunk: Uint8Array): number {
    let slab = this.#slabs.at(-1);
    if (slab === undefined || this.#usedOfLast === slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.min(SLAB_BYTES, this.#limit - this.#size));
      this.#slabs.push(slab);
      this.#usedOfLast = 0;
    }
    const taken = Math.min(chunk.byteLength, slab.length - this.#usedOfLast);
    const piece = chunk.subarray(0, taken);
    slab.set(piece, this.#usedOfLast);
    this.#md5.update(piece);
    this.#sha256.update(piece);
    this.#usedOfLast += taken;
    this.#size += taken;
    return taken;
  }

  finish(last: boolean): Part {
    const slabs = this.#slabs;
    const end = slabs.length - 1;
    if (end >= 0) slabs[end] = slabs[end]!.subarray(0, this.#usedOfLast);
    return {
      number: this.number,
      sizeBytes: this.#size,
      last,
      md5: this.#md5.digest(),
      sha256: this.#sha256.digest('hex'),
      body:
        slabs.length > 1
          ? () => Readable.from(slabs, { objectMode: false })
          : (slabs[0] ?? new Uint8Array()),
    };
  }
}
