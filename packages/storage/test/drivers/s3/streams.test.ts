import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { patternBytes, until } from '@sdk/testing';
import { failureOf, MIB, startStand, stream } from './stand.js';
import type { Stand } from './stand.js';

const SIZE = 10 * MIB;
const missing = () => createReadStream('/there/is/no/such/file');
let stand: Stand;

beforeAll(async () => {
  stand = await startStand(true);
});

afterEach(() => {
  stand.origin.early = undefined;
});

afterAll(() => stand.close());

/** Refuses the next request before its body has come. */
function refuseFirst(): void {
  stand.origin.early = (request, response) => {
    stand.origin.early = undefined;
    request.resume();
    response.writeHead(503, { connection: 'close' }).end();
    return true;
  };
}

describe('a stream that goes up over https: in one request', () => {
  test.each<[string, Partial<{ sizeBytes: number }>]>([
    ['in one request', { sizeBytes: SIZE }],
    ['in parts', {}],
  ])('and cannot be opened is the error of the call and no other, %s', async (_how, options) => {
    // A driver without a socket connects first, and the stream fails meanwhile.
    const error = await failureOf(stand.make().putObject('bucket', 'x', missing(), options));
    expect(error['code']).toBe('ENOENT');
  });

  test('and was opened by a function is let go when the call is aborted, out of time, or its driver closed', async () => {
    const opened: PassThrough[] = [];
    const silent = (): PassThrough => {
      const made = new PassThrough();
      made.write(Buffer.alloc(1000));
      opened.push(made);
      return made;
    };
    const driver = stand.make();
    const put = (options: object): Promise<unknown> =>
      driver.putObject('bucket', 'x', silent, { sizeBytes: SIZE, ...options });
    expect(await failureOf(put({ timeouts: { totalMs: 300 } }))).toMatchObject({ phase: 'total' });
    const controller = new AbortController();
    const aborted = failureOf(put({ signal: controller.signal }));
    await until(() => opened.length === 2, 'the second was opened');
    controller.abort(new Error('mine'));
    expect(await aborted).toMatchObject({ message: 'mine' });
    const closed = failureOf(put({}));
    await until(() => opened.length === 3, 'the third was opened');
    await driver.close();
    expect(await closed).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
    await until(() => opened.every(({ destroyed }) => destroyed), 'all were let go');
  });

  test('and was opened for an attempt that was refused is let go before the next one ends', async () => {
    const opened: PassThrough[] = [];
    const body = () => {
      if (opened.length > 0) return stream(SIZE);
      const silent = new PassThrough();
      silent.write(Buffer.alloc(1000));
      opened.push(silent);
      return silent;
    };
    refuseFirst();
    await stand.s3.putObject('bucket', 'again', body, { sizeBytes: SIZE });
    expect(opened[0]?.destroyed).toBe(true);
  });

  test('has an MD5 for each attempt, also while an earlier one is still being read', async () => {
    let earlierGoesOn = (): void => {};
    let earlierEnded = false;
    let opened = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      opened += 1;
      if (opened === 1) {
        try {
          yield patternBytes(MIB);
          await new Promise<void>((resolve) => (earlierGoesOn = resolve));
          yield Buffer.from('of the earlier attempt');
        } finally {
          earlierEnded = true;
        }
        return;
      }
      yield patternBytes(5 * MIB);
      earlierGoesOn();
      await until(() => earlierEnded, 'the earlier one was read further');
      yield patternBytes(5 * MIB);
    }
    refuseFirst();
    const object = await stand.s3.putObject('bucket', 'slow', body, { sizeBytes: SIZE });
    expect(opened).toBe(2);
    const whole = Buffer.concat([patternBytes(5 * MIB), patternBytes(5 * MIB)]);
    expect(object.etag).toBe(createHash('md5').update(whole).digest('hex'));
  });
});
