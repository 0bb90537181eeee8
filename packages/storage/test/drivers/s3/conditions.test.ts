import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { fail } from './s3-origin.js';
import { failureOf, isBeginning, isCompletion, MIB, startStand, stream } from './stand.js';
import type { Stand } from './stand.js';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
  await stand.s3.putObject('bucket', 'doc', 'bytes');
});

afterEach(() => {
  stand.origin.intercept = undefined;
});

afterAll(() => stand.close());

describe("the caller's own headers", () => {
  test.each([
    ['If-Match', '"stale"'],
    ['If-None-Match', '*'],
  ])(
    '%s holds for an upload in parts where S3 asks for it: when it is completed',
    async (name, value) => {
      const before = stand.origin.calls.length;
      stand.origin.intercept = (call) =>
        isCompletion(call) && call.request.headers[name.toLowerCase()] === value
          ? fail(call, 412, 'PreconditionFailed')
          : false;
      const put = stand.s3.putObject('bucket', 'doc', stream(9 * MIB), {
        headers: { [name]: value },
      });
      expect(await failureOf(put)).toMatchObject({ code: 'SDK_PRECONDITION' });
      const calls = stand.origin.calls.slice(before);
      const conditional = calls.filter(({ request }) => name.toLowerCase() in request.headers);
      expect(calls.some(isBeginning)).toBe(true);
      expect(conditional).toHaveLength(1);
      expect(conditional.every(isCompletion)).toBe(true);
      expect(stand.origin.uploads.size).toBe(0);
    },
  );

  test('go with a copy, and not with the look at it, which they would fail', async () => {
    const headers = {
      'If-None-Match': '*',
      'x-amz-server-side-encryption': 'AES256',
      'x-own': '1',
    };
    const before = stand.origin.calls.length;
    const [container, name] = ['bucket', 'copied'];
    await stand.s3.copyObject({ container, name: 'doc' }, { container, name }, { headers });
    const [copy, look, ...more] = stand.origin.calls.slice(before).map(({ request }) => request);
    expect(more).toEqual([]);
    expect(copy?.headers).toMatchObject({
      'if-none-match': '*',
      'x-amz-server-side-encryption': 'AES256',
      'x-own': '1',
    });
    expect(look).toMatchObject({ method: 'HEAD', headers: { 'x-own': '1' } });
    expect(look?.headers).not.toHaveProperty('if-none-match');
    expect(look?.headers).not.toHaveProperty('x-amz-server-side-encryption');
  });

  test.each([
    ['Content-Type', 'contentType'],
    ['X-Amz-Meta-Host', 'metadata'],
  ])('%s of an upload is refused in favour of the option %s', async (name, option) => {
    const before = stand.origin.calls.length;
    const put = stand.s3.putObject('bucket', 'x', 'x', { headers: { [name]: 'text/html' } });
    const error = await failureOf(put);
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: `headers.${name}` });
    expect(error['hint']).toContain(option);
    expect(stand.origin.calls.length).toBe(before);
  });
});

test('metadata may have any name that a header may have, __proto__ too', async () => {
  const names = ['__proto__', 'constructor', 'x'];
  const metadata = Object.fromEntries(names.map((name) => [name, name]));
  await stand.s3.putObject('bucket', 'named', 'x', { metadata });
  const head = await stand.s3.headObject('bucket', 'named');
  expect(Object.entries(head.metadata).sort()).toEqual(names.map((name) => [name, name]));
});

describe('an upload that ends while the answer to its beginning is on its way', () => {
  test.each(['its signal', 'its total', 'the closing of its driver'])(
    'by %s takes back what it has begun',
    async (end) => {
      const driver = stand.make();
      const controller = new AbortController();
      let answer = (): void => {};
      const begun = new Promise<void>((resolve) => {
        stand.origin.intercept = async (call) => {
          if (!isBeginning(call)) return false;
          resolve();
          await new Promise<void>((answered) => (answer = answered));
          return false;
        };
      });
      const failed = failureOf(
        driver.putObject('bucket', 'x', stream(9 * MIB), {
          signal: controller.signal,
          ...(end === 'its total' && { timeouts: { totalMs: 1000 } }),
        }),
      );
      let closed: Promise<void> | undefined;
      await begun;
      if (end === 'its signal') controller.abort(new Error('mine'));
      if (end === 'the closing of its driver') closed = driver.close();
      const passed = { 'its total': 1200 }[end] ?? 50;
      await new Promise((resolve) => setTimeout(resolve, passed));
      expect(stand.origin.uploads.size).toBe(0);
      answer();
      const error = await failed;
      await closed;
      expect(stand.origin.uploads.size).toBe(0);
      expect(stand.calls().at(-1)).toBe('DELETE uploadId');
      if (end === 'its signal') expect(error).toMatchObject({ message: 'mine' });
      if (end === 'its total') expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
    },
  );
});
