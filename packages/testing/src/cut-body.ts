import { Readable } from 'node:stream';

/** The beginning of another body: it breaks off within the first piece, or at the end where there is none. */
export class CutBody extends Readable {
  readonly #whole: Readable;
  readonly #share: number;
  readonly #broken: Error;

  /**
   * @param share how much of the first piece comes, from 0 to 1
   * @param broken what it fails with then
   */
  constructor(whole: Readable, share: number, broken: Error) {
    super();
    this.#whole = whole;
    this.#share = share;
    this.#broken = broken;
    whole.once('error', (error) => this.destroy(error));
    whole.once('end', () => this.destroy(broken));
  }

  override _read(): void {
    this.#whole.once('data', (piece: Buffer) => {
      this.#whole.pause();
      this.push(piece.subarray(0, Math.floor(piece.length * this.#share)));
      // Not before what came was handed on.
      setImmediate(() => this.destroy(this.#broken));
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#whole.on('error', () => undefined).destroy();
    callback(error);
  }
}
