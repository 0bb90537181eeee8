import { createHash, createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeUriPath, sha256Hex, SigV4Signer, UNSIGNED_PAYLOAD } from '@sdk/providers/aws';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const host = 'examplebucket.s3.amazonaws.com';
const date = new Date('2013-05-24T00:00:00Z');
const s3 = new SigV4Signer(credentials, 's3');

const signatureOf = (headers: Readonly<Record<string, string>>) =>
  /Signature=([0-9a-f]+)$/.exec(headers['authorization'] ?? '')?.[1];

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and …/sigv4-query-string-auth.html
describe("the examples in AWS's own documents are signed as they say", () => {
  test('GET of a range', () => {
    const signed = s3.headers({
      method: 'GET',
      host,
      target: '/test.txt',
      headers: [['Range', 'bytes=0-9']],
      date,
    });
    expect(signatureOf(signed)).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
    expect(signed['x-amz-date']).toBe('20130524T000000Z');
    expect(signed['x-amz-content-sha256']).toBe(sha256Hex(''));
  });

  test('PUT of text with a Date header and a storage class', () => {
    const signed = s3.headers({
      method: 'PUT',
      host,
      target: '/test%24file.text',
      headers: [
        ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      ],
      body: 'Welcome to Amazon S3.',
      date,
    });
    expect(signatureOf(signed)).toBe(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });

  test.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('GET %s', (target, signature) => {
    const signed = s3.headers({ method: 'GET', host, target, headers: [], date });
    expect(signatureOf(signed)).toBe(signature);
  });

  test('a presigned GET', () => {
    const target = s3.presign({ method: 'GET', host, target: '/test.txt', date }, 86400);
    const query = new URL(target, `https://${host}`).searchParams;
    expect(query.get('X-Amz-Signature')).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
    expect(query.get('X-Amz-Expires')).toBe('86400');
    expect(query.get('X-Amz-SignedHeaders')).toBe('host');
    expect([...query.keys()].at(-1)).toBe('X-Amz-Signature');
  });

  test('get-vanilla of the signature test suite, for a service that is not S3', () => {
    const signer = new SigV4Signer(
      {
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
      },
      'service',
    );
    const signed = signer.headers({
      method: 'GET',
      host: 'example.amazonaws.com',
      target: '/',
      headers: [],
      date: new Date('2015-08-30T12:36:00Z'),
    });
    expect(signatureOf(signed)).toBe(
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
    expect(Object.keys(signed).sort()).toEqual(['authorization', 'x-amz-date']);
  });
});

/** Written from the specification, with nothing of the signer under test. */
function expectedSignature(target: string, payloadHash: string, amzDate: string): string {
  const [path = '', query = ''] = target.split('?');
  const canonicalQuery = query.split('&').sort().join('&');
  const canonical = [
    'PUT',
    path,
    canonicalQuery,
    `host:${host}`,
    `x-amz-content-sha256:${payloadHash}`,
    `x-amz-date:${amzDate}`,
    '',
    'host;x-amz-content-sha256;x-amz-date',
    payloadHash,
  ].join('\n');
  const day = amzDate.slice(0, 8);
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', amzDate, scope, digest].join('\n');
  let key: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  for (const part of [day, 'us-east-1', 's3', 'aws4_request']) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return createHmac('sha256', key).update(toSign).digest('hex');
}

describe('the path is covered byte for byte', () => {
  const signatureFor = (target: string) =>
    signatureOf(
      s3.headers({ method: 'PUT', host, target, headers: [], payloadHash: UNSIGNED_PAYLOAD, date }),
    );

  test.each([
    '//a/../b',
    '/a//b/./c',
    '/ blank + plus % percent',
    '/%2F%252F',
    "/!'()*~._-",
    '/ü/日本/😀',
    '/a;b,c?d&e=f#g[h]{i}|^`"<>\\',
    '/trailing/',
    '/..',
  ])('of a key that reads %s', (key) => {
    const target = `/bucket/${encodeUriPath(key)}`;
    expect(signatureFor(target)).toBe(
      expectedSignature(target, UNSIGNED_PAYLOAD, '20130524T000000Z'),
    );
  });

  test('of any key at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (key) => {
        const target = `/bucket/${encodeUriPath(key)}?uploadId=a%2Bb%2F%3D&partNumber=1`;
        expect(signatureFor(target)).toBe(
          expectedSignature(target, UNSIGNED_PAYLOAD, '20130524T000000Z'),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a signature covers', () => {
  const sign = (headers: [string, string][]) =>
    s3.headers({ method: 'GET', host, target: '/x', headers, date });

  test('leaves out what a proxy may change on the way', () => {
    const plain = signatureOf(sign([]));
    const changeable: [string, string][] = [
      ['User-Agent', 'a'],
      ['Accept-Encoding', 'gzip'],
      ['Connection', 'close'],
      ['Via', '1.1 proxy'],
      ['Content-Length', '3'],
    ];
    for (const header of changeable) expect(signatureOf(sign([header]))).toBe(plain);
  });

  test('takes in what must not be changed', () => {
    const plain = signatureOf(sign([]));
    const covered: [string, string][] = [
      ['Content-Type', 'text/plain'],
      ['Content-MD5', 'x'],
      ['Range', 'bytes=0-1'],
      ['If-None-Match', '*'],
      ['X-Amz-Meta-Colour', 'blue'],
    ];
    for (const header of covered) expect(signatureOf(sign([header]))).not.toBe(plain);
  });

  test('takes in the session token, in the header and in a presigned URL', () => {
    const lent = new SigV4Signer({ ...credentials, sessionToken: 'lent/token==' }, 's3');
    const signed = lent.headers({ method: 'GET', host, target: '/x', headers: [], date });
    expect(signed['x-amz-security-token']).toBe('lent/token==');
    expect(signed['authorization']).toContain('x-amz-security-token');
    const target = lent.presign({ method: 'GET', host, target: '/x', date }, 60);
    expect(new URL(target, 'https://h').searchParams.get('X-Amz-Security-Token')).toBe(
      'lent/token==',
    );
  });

  test('a body of another service is covered by its hash, without a header for it', () => {
    const ec2 = new SigV4Signer(credentials, 'ec2');
    const of = (body: string) =>
      ec2.headers({ method: 'POST', host, target: '/', headers: [], body, date });
    expect(signatureOf(of('Action=A'))).not.toBe(signatureOf(of('Action=B')));
    expect(of('Action=A')['authorization']).toContain('SignedHeaders=host;x-amz-date,');
  });

  test('a signer that is printed shows no secret', () => {
    const shown = inspect(s3, { depth: 9, showHidden: true }) + JSON.stringify(s3);
    expect(shown).not.toContain('wJalr');
  });
});
