/** Reads a PAC file from the disk. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BodyTooLong } from '../content/collect.js';

/**
 * The whole of a regular file.
 * @throws BodyTooLong where it is longer than `limitBytes`; Node's own error where it cannot be read.
 */
export async function readScriptFile(url: URL, limitBytes: number): Promise<Buffer> {
  // Without O_NONBLOCK opening a pipe that nobody writes to would never end.
  const file = await open(fileURLToPath(url), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw Object.assign(new Error('no regular file'), { code: 'ENOTREG' });
    if (stat.size > limitBytes) throw new BodyTooLong();
    // It may have grown since: no more than one byte above the limit is read.
    const bytes = Buffer.alloc(limitBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
    }
    throw new BodyTooLong();
  } finally {
    await file.close();
  }
}
