/** One attempt with what a test leaves open filled in, and its answer. */
import type { Readable } from 'node:stream';

export { attempt, type Attempt } from '@sdk/testing';

/** A body, whole. */
export async function text(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
