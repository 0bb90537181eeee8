/** What a server answers that was asked for the rest of an object, and that is not the rest of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fail } from './s3-origin.js';
import { broken, BYTES, cut, ENGINES, ETAG, head, openStand, readAll } from './resume-stand.js';
import type { Answer, Asked, ResumeStand } from './resume-stand.js';

const SIZE = BYTES.length;
const CAME = 1000;
/** Bytes of another version of the object, of which none may ever be handed over. */
const OTHER = Buffer.alloc(SIZE, '!');

/** A good head, changed, over bytes of another version. */
function instead(
  headers: Readonly<Record<string, string | undefined>>,
  { status = 206, bytes }: { readonly status?: number; readonly bytes?: Buffer } = {},
): Answer {
  return (asked: Asked) => {
    const response = head(asked);
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) response.removeHeader(name);
      else response.setHeader(name, value);
    }
    response.end(bytes ?? OTHER.subarray(asked.start, asked.end));
    return true;
  };
}

const refused =
  (status: number, code: string): Answer =>
  ({ request, response }) => {
    const rest = { bucket: 'bucket', key: 'large', query: new Map(), body: Buffer.alloc(0) };
    fail({ request, response, method: 'GET', ...rest }, status, code);
    return true;
  };

const whole = { 'content-range': undefined, 'content-length': String(SIZE) };
const range = (text: string): { readonly 'content-range': string } => ({ 'content-range': text });
const CHANGED = { code: 'SDK_PRECONDITION' };
const MALFORMED = { code: 'SDK_MALFORMED_RESPONSE' };

const ANSWERS: readonly (readonly [string, Answer, Readonly<Record<string, unknown>>])[] = [
  ['a 206 of another ETag', instead({ etag: '"other"' }), { ...CHANGED, status: 206 }],
  ['a 206 without an ETag', instead({ etag: undefined }), MALFORMED],
  ['a 206 of a weak ETag', instead({ etag: `W/${ETAG}` }), MALFORMED],
  [
    'a 200 of another ETag',
    instead({ ...whole, etag: '"other"' }, { status: 200, bytes: OTHER }),
    { ...CHANGED, status: 200 },
  ],
  [
    'a 200 of the same ETag',
    instead(whole, { status: 200, bytes: OTHER }),
    { ...MALFORMED, status: 200 },
  ],
  ['a 200 that names the range', instead({}, { status: 200 }), { ...MALFORMED, status: 200 }],
  ['a 206 without a Content-Range', instead({ 'content-range': undefined }), MALFORMED],
  ['a Content-Range that is none', instead(range(`bytes ${CAME}-/${SIZE}`)), MALFORMED],
  [
    'a longer range',
    instead(
      { ...range(`bytes 0-${SIZE - 1}/${SIZE}`), 'content-length': String(SIZE) },
      { bytes: OTHER },
    ),
    MALFORMED,
  ],
  [
    'a shorter range',
    instead(
      { ...range(`bytes ${CAME}-1999/${SIZE}`), 'content-length': '1000' },
      { bytes: OTHER.subarray(0, 1000) },
    ),
    MALFORMED,
  ],
  ['another size', instead(range(`bytes ${CAME}-${SIZE - 1}/${SIZE + 1}`)), MALFORMED],
  ['another Content-Encoding', instead({ 'content-encoding': 'gzip' }), MALFORMED],
  [
    'a Content-Length that is not of its range',
    instead({ 'content-length': '7' }, { bytes: OTHER.subarray(0, 7) }),
    MALFORMED,
  ],
  [
    'a 416, since the object is shorter now',
    refused(416, 'InvalidRange'),
    { ...CHANGED, status: 416 },
  ],
  ['a 412', refused(412, 'PreconditionFailed'), { ...CHANGED, status: 412 }],
  ['a 404, since the object is gone', refused(404, 'NoSuchKey'), { code: 'SDK_NOT_FOUND' }],
  ['a 403, since the keys are old', refused(403, 'AccessDenied'), { code: 'SDK_PERMISSION' }],
];

describe.each(ENGINES)('a rest of an object over %s', (_name, Transport) => {
  let stand: ResumeStand;
  beforeAll(async () => {
    stand = await openStand(Transport);
  });
  afterAll(() => stand.close());

  test.each(ANSWERS)(
    'that is answered by %s ends the download, and hands nothing of it over',
    async (_what, answer, expected) => {
      const asked: Asked[] = [];
      const noted = (then: Answer) => (each: Asked) => (asked.push(each), then(each));
      stand.answering(noted(broken(CAME, 'silence')), noted(answer));
      const { body } = await stand.s3.getObject('bucket', 'large', {
        resume: true,
        onProgress: (progress) => progress.bytes === CAME && cut(asked[0]!),
      });
      const { bytes, error } = await readAll(body);
      expect(error).toMatchObject({ ...expected, decision: { decidedBy: 'instance' } });
      expect(bytes.equals(BYTES.subarray(0, CAME))).toBe(true);
      expect(stand.ranges).toEqual([undefined, `bytes=${CAME}-${SIZE - 1}`]);
      expect(asked[1]!.request.headers['if-match']).toBe(ETAG);
    },
  );

  test('that is of a size nobody tells is taken', async () => {
    stand.answering(broken(CAME), (asked) => {
      const { start, end } = asked;
      head(asked).setHeader('content-range', `bytes ${start}-${end - 1}/*`);
      asked.response.end(BYTES.subarray(start, end));
      return true;
    });
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    const { bytes, error } = await readAll(body);
    expect(error).toBeUndefined();
    expect(bytes.equals(BYTES)).toBe(true);
  });

  test('that goes on behind its last byte ends the download', async () => {
    stand.answering(broken(CAME), (asked) => {
      const { start } = asked;
      head(asked).removeHeader('content-length');
      asked.response.end(Buffer.concat([BYTES.subarray(start), OTHER.subarray(0, 10)]));
      return true;
    });
    const { body } = await stand.s3.getObject('bucket', 'large', { resume: true });
    const { bytes, error } = await readAll(body);
    expect(error).toMatchObject(MALFORMED);
    expect(bytes.equals(BYTES.subarray(0, bytes.length))).toBe(true);
  });

  test('is of the version that the download began with, when the object is stored anew', async () => {
    await stand.s3.putObject('bucket', 'changing', BYTES);
    stand.answering(broken(CAME));
    const { body } = await stand.s3.getObject('bucket', 'changing', { resume: true });
    await stand.s3.putObject('bucket', 'changing', OTHER);
    const { bytes, error } = await readAll(body);
    expect(error).toMatchObject(CHANGED);
    expect(bytes.equals(BYTES.subarray(0, bytes.length))).toBe(true);
  });
});
