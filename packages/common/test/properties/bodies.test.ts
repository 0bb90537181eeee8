/** A body is cut anywhere on its way, and arrives byte for byte. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { attempt, serverAt, startOrigin, startProxy, type Origin, type Proxy } from '@sdk/testing';
import { ENGINES } from '../faults/stand.js';

/** Most pieces are small, some are larger than any buffer on the way, and some are empty. */
const PIECES = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 65_535, 65_537) },
    { weight: 1, arbitrary: fc.nat(300_000) },
  ),
  { maxLength: 12 },
);
const WAY = fc.constantFrom('direct', 'forward', 'tunnel');

/** Bytes of these sizes, each piece unlike the others. */
function bytesOf(sizes: readonly number[]): Buffer[] {
  return sizes.map((size, at) => Buffer.alloc(size, createHash('sha256').update(`${at}`).digest()));
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
const runs = { numRuns: 40 };

describe.each(ENGINES)('$engine', (engine) => {
  let origin: Origin;
  let proxy: Proxy;
  let sending: Buffer[] = [];
  let framed = true;
  const transport = engine.open();
  const via = (way: string) =>
    way === 'direct'
      ? undefined
      : serverAt(proxy, { tunnel: way === 'tunnel' ? 'always' : 'https' });

  beforeAll(async () => {
    proxy = await startProxy();
    origin = await startOrigin({
      handler: (request, response) => {
        request.resume();
        request.on('end', () => {
          if (framed)
            response.setHeader('content-length', sum(sending.map(({ length }) => length)));
          // Each piece in a packet of its own, as far as the kernel lets it.
          response.socket?.setNoDelay(true);
          for (const piece of sending) response.write(piece);
          response.end();
        });
      },
    });
  });
  afterAll(async () => {
    await transport.close();
    await proxy.close();
    await origin.close();
  });

  test('takes a body up in any pieces, with its length or chunked, over each way', async () => {
    sending = [];
    await fc.assert(
      fc.asyncProperty(PIECES, fc.boolean(), WAY, async (sizes, declared, way) => {
        const pieces = bytesOf(sizes);
        const whole = Buffer.concat(pieces);
        const answer = await transport.send(
          attempt(`${origin.url}/up`, {
            method: 'PUT',
            via: via(way),
            headers: declared ? ['Content-Length', String(whole.length)] : [],
            body: Readable.from(pieces, { objectMode: false }),
          }),
        );
        await buffer(answer.body);
        const { bodyBytes, sha256, complete } = origin.requests.at(-1)!;
        const expected = createHash('sha256').update(whole).digest('hex');
        expect({ bodyBytes, sha256, complete }).toEqual({
          bodyBytes: whole.length,
          sha256: expected,
          complete: true,
        });
      }),
      runs,
    );
  }, 30_000);

  test('hands a body down in any pieces, with its length or chunked, over each way', async () => {
    await fc.assert(
      fc.asyncProperty(PIECES, fc.boolean(), WAY, async (sizes, declared, way) => {
        sending = bytesOf(sizes);
        framed = declared;
        const answer = await transport.send(attempt(`${origin.url}/down`, { via: via(way) }));
        const arrived = await buffer(answer.body);
        expect(arrived.equals(Buffer.concat(sending))).toBe(true);
      }),
      runs,
    );
  }, 30_000);
});
