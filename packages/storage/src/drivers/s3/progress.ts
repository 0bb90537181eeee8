/** How far an upload in parts has come as a whole. */
import type { CallOptions, Progress } from '@sdk/common';

/** Adds up the parts. A part that begins anew is not counted twice, and the sum never falls. */
export class UploadProgress {
  readonly #onProgress: CallOptions['onProgress'];
  readonly #totalBytes: number | undefined;
  readonly #parts = new Map<number, number>();
  #sum = 0;
  #told = 0;

  constructor(onProgress: CallOptions['onProgress'], totalBytes: number | undefined) {
    this.#onProgress = onProgress;
    this.#totalBytes = totalBytes;
  }

  /** The call options of one part's request. */
  ofPart(number: number): Pick<CallOptions, 'onProgress'> {
    const onProgress = this.#onProgress;
    if (onProgress === undefined) return {};
    return {
      onProgress: ({ direction, bytes }: Progress) => {
        if (direction !== 'up') return;
        this.#sum += bytes - (this.#parts.get(number) ?? 0);
        this.#parts.set(number, bytes);
        if (this.#sum <= this.#told) return;
        this.#told = this.#sum;
        onProgress({ direction, bytes: this.#sum, totalBytes: this.#totalBytes });
      },
    };
  }
}
