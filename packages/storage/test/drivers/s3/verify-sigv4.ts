import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The key that the origin of these tests knows. */
export const KEY = {
  accessKeyId: 'AKIDTESTS3ORIGIN',
  secretAccessKey: 'canary/Secret+Key/0123456789abcdefXYZ',
} as const;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

export interface Verdict {
  readonly code: string;
  /** What S3 echoes in the error's body. */
  readonly echo?: Readonly<Record<string, string>>;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly amzDate: string;
  readonly payloadHash: string;
  /** Pairs of the query, still encoded, without the signature. */
  readonly query: readonly string[];
}

/**
 * Verifies Signature Version 4 from the specification, with nothing of the library that signs: over the request-target as
 * it came, the headers as they came, and the bytes of the body.
 */
export function verifySigV4(
  request: IncomingMessage,
  body: Buffer,
  now: number,
  secure: boolean,
): Verdict | undefined {
  const [path = '', rawQuery = ''] = (request.url ?? '').split(/\?(.*)/s);
  const pairs = rawQuery.split('&').filter(Boolean);
  const claim = claimOf(request, pairs);
  if (claim === undefined) return { code: 'AccessDenied' };
  const [accessKeyId, day = '', region = '', service = ''] = claim.credential.split('/');
  if (accessKeyId !== KEY.accessKeyId) {
    return { code: 'InvalidAccessKeyId', echo: { AWSAccessKeyId: accessKeyId ?? '' } };
  }
  const [, y, mo, d, h, mi, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.amzDate) ?? [];
  const signedAt = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  if (!(Math.abs(signedAt - now) < 15 * 60_000)) return { code: 'RequestTimeTooSkewed' };
  if (claim.payloadHash === 'UNSIGNED-PAYLOAD') {
    const presigned = pairs.some((pair) => pair.startsWith('X-Amz-Signature='));
    if (!secure && !presigned) return { code: 'UnsignedPayloadOverHttp' };
  } else if (claim.payloadHash !== sha256(body)) return { code: 'XAmzContentSHA256Mismatch' };
  const names = claim.signedHeaders.split(';');
  if (!names.includes('host')) return { code: 'SignatureDoesNotMatch' };
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !names.includes(name)) return { code: 'AccessDenied' };
  }
  const canonical = [
    request.method,
    path,
    withEquals(claim.query).sort().join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}`,
    ),
    '',
    claim.signedHeaders,
    claim.payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', claim.amzDate, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${KEY.secretAccessKey}`,
  );
  if (hmac(key, toSign).toString('hex') === claim.signature && service === 's3') return undefined;
  return {
    code: 'SignatureDoesNotMatch',
    echo: {
      AWSAccessKeyId: accessKeyId,
      StringToSign: toSign,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    },
  };
}

function claimOf(request: IncomingMessage, pairs: readonly string[]): Claim | undefined {
  const header =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (header !== null) {
    const [, credential = '', signedHeaders = '', signature = ''] = header;
    const amzDate = String(request.headers['x-amz-date']);
    const payloadHash = String(request.headers['x-amz-content-sha256']);
    return { credential, signedHeaders, signature, amzDate, payloadHash, query: pairs };
  }
  const query = new Map(
    pairs.map((pair) => pair.split('=', 2).map(decodeURIComponent) as [string, string]),
  );
  const signature = query.get('X-Amz-Signature');
  if (signature === undefined) return undefined;
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature,
    amzDate: query.get('X-Amz-Date') ?? '',
    payloadHash: 'UNSIGNED-PAYLOAD',
    query: pairs.filter((pair) => !pair.startsWith('X-Amz-Signature=')),
  };
}

function withEquals(pairs: readonly string[]): string[] {
  return pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`));
}
