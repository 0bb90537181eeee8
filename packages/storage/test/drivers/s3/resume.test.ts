import { getDefaultHighWaterMark } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '@sdk/testing';
import {
  broken,
  BYTES,
  cut,
  ENGINES,
  ETAG,
  head,
  openStand,
  readAll,
  sha,
} from './resume-stand.js';
import type { Asked, Break, ResumeStand } from './resume-stand.js';

const SHA = sha(BYTES);
const SIZE = BYTES.length;

describe.each(ENGINES)('a download with resume: true over %s', (_name, Transport) => {
  let stand: ResumeStand;
  beforeAll(async () => {
    stand = await openStand(Transport);
  });
  afterAll(() => stand.close());

  test.each<Break>(['fin', 'rst', 'silence'])(
    'goes on after several breaks (%s), nothing doubled and nothing lost',
    async (how) => {
      stand.answering(...[100_000, 10, 70_001, 200_000].map((bytes) => broken(bytes, how)));
      const told: number[] = [];
      const { object, body } = await stand.s3.getObject('bucket', 'large', {
        resume: true,
        timeouts: { idleMs: 300 },
        onProgress: ({ direction, bytes, totalBytes }) => {
          expect([direction, totalBytes]).toEqual(['down', SIZE]);
          told.push(bytes);
        },
      });
      expect(object.sizeBytes).toBe(SIZE);
      expect(sha(await buffer(body))).toBe(SHA);
      expect(stand.ranges.length).toBeGreaterThanOrEqual(5);
      expect(stand.ranges[0]).toBeUndefined();
      // Each rest begins where what was told of ended, and what is told never goes back.
      for (const range of stand.ranges.slice(1)) {
        const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range!)!;
        expect([0, ...told]).toContain(Number(start));
        expect(Number(last)).toBe(SIZE - 1);
      }
      expect(told.at(-1)).toBe(SIZE);
      expect(told.every((bytes, i) => i === 0 || bytes > told[i - 1]!)).toBe(true);
    },
  );

  test('goes on from its very first byte', async () => {
    let first: Asked | undefined;
    stand.answering((asked) => {
      first = asked;
      head(asked).flushHeaders();
      return true;
    });
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    cut(first!, 'rst');
    expect(sha(await buffer(body))).toBe(SHA);
    expect(stand.ranges).toEqual([undefined, `bytes=0-${SIZE - 1}`]);
  });

  test('asks for its very last byte alone, and after that one for nothing', async () => {
    const answer =
      (bytes: number) =>
      (asked: Asked): boolean => {
        first = asked;
        head(asked).write(BYTES.subarray(0, bytes));
        return true;
      };
    let first: Asked | undefined;
    const read = async (bytes: number): Promise<string> => {
      stand.answering(answer(bytes));
      const { body } = await stand.s3.getObject('bucket', 'large', {
        resume: true,
        onProgress: (progress) => progress.bytes === bytes && cut(first!, 'rst'),
      });
      return sha(await buffer(body));
    };
    expect(await read(SIZE - 1)).toBe(SHA);
    expect(stand.ranges).toEqual([undefined, `bytes=${SIZE - 1}-${SIZE - 1}`]);
    expect(await read(SIZE)).toBe(SHA);
    expect(stand.ranges).toEqual([undefined]);
  });

  test('keeps to the range that was asked for, and its progress is that of the range', async () => {
    stand.answering(broken(70_000), broken(70_000));
    const told: number[] = [];
    const { object, body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      range: { start: 1000, end: 300_000 },
      onProgress: ({ bytes, totalBytes }) => {
        expect(totalBytes).toBe(299_000);
        told.push(bytes);
      },
    });
    expect(object.sizeBytes).toBe(SIZE);
    expect((await buffer(body)).equals(BYTES.subarray(1000, 300_000))).toBe(true);
    expect(stand.ranges.every((range) => range!.endsWith('-299999'))).toBe(true);
    expect(told.at(-1)).toBe(299_000);
    expect(told.every((value, i) => i === 0 || value > told[i - 1]!)).toBe(true);
  });

  test('goes on with bytes that were stored encoded, encoded as they were', async () => {
    stand.answering(
      (asked) => {
        asked.response.setHeader('content-encoding', 'gzip');
        return broken(100_000)(asked);
      },
      (asked) => {
        asked.response.setHeader('content-encoding', 'gzip');
        head(asked).end(BYTES.subarray(asked.start, asked.end));
        return true;
      },
    );
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    expect(sha(await buffer(body))).toBe(SHA);
    expect(stand.ranges).toHaveLength(2);
  });

  test('asks again for a rest that ends in good order before its last byte', async () => {
    stand.answering(broken(1000), (asked) => {
      const { start, response } = asked;
      // In chunks, or up to the end of the connection, nothing but the range says how much should come.
      head(asked).removeHeader('content-length');
      response.end(BYTES.subarray(start, start + 1000));
      return true;
    });
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    expect(sha(await buffer(body))).toBe(SHA);
    expect(stand.ranges).toHaveLength(3);
  });

  test('does not ask for the rest before its reader has room for it', async () => {
    // So little more than a stream holds that the end of the connection is seen though nobody reads.
    const full = getDefaultHighWaterMark(false);
    let first: Asked | undefined;
    stand.answering((asked) => broken(full + 4_000)((first = asked)));
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    expect(body.read()).toBeNull();
    await until(() => body.readableLength >= full, 'it is full');
    await until(() => first!.request.socket.destroyed, 'the connection is gone');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stand.ranges).toHaveLength(1);
    expect(sha(await buffer(body))).toBe(SHA);
    expect(stand.ranges).toHaveLength(2);
  });

  test('gives up where it breaks off again and again without progress', async () => {
    stand.answering(...Array.from({ length: 100 }, () => broken(10)));
    const { body } = await stand.s3.getObject('bucket', 'large', {
      resume: true,
      retry: { attempts: 4, baseDelayMs: 1 },
    });
    const { bytes, error } = await readAll(body);
    expect(error).toMatchObject({ code: 'SDK_CONNECTION', decision: { decidedBy: 'instance' } });
    expect(bytes.equals(BYTES.subarray(0, 40))).toBe(true);
    expect(stand.ranges).toHaveLength(4);
  });

  test.each([
    ['with retry: false', 'strong', { retry: false }],
    ['without a strong etag', 'weak', {}],
    ['where a header of the call asks for a range', 'strong', { headers: { range: 'bytes=5-99' } }],
  ] as const)(
    '%s it ends where it broke off, as one without resume does',
    async (_when, tag, more) => {
      stand.answering((asked) => {
        head(asked).setHeader('etag', tag === 'weak' ? `W/${ETAG}` : ETAG);
        asked.response.write(BYTES.subarray(asked.start, asked.start + 10), () =>
          setTimeout(() => cut(asked), 5),
        );
        return true;
      });
      const { body } = await stand.s3.getObject('bucket', 'large', { resume: true, ...more });
      const { bytes, error } = await readAll(body);
      expect(error).toMatchObject({ code: 'SDK_CONNECTION' });
      expect(bytes).toHaveLength(10);
      expect(stand.ranges).toHaveLength(1);
    },
  );
});
