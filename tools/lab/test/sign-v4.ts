import { createHash, createHmac } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

export interface SigningOptions {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly headers?: Record<string, string>;
  readonly now?: Date;
}

/**
 * The headers that sign an S3 request by AWS Signature Version 4, written out so that the lab is checked without the library
 * that the SDK signs with. Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */
export function signV4(options: SigningOptions): Record<string, string> {
  const url = new URL(options.url);
  const time = (options.now ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const bodyHash = sha256(options.body ?? '');
  const headers: Record<string, string> = {
    ...options.headers,
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    options.method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${options.region}/s3/aws4_request`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (secret, part) => hmac(secret, part),
      `AWS4${options.secretAccessKey}`,
    );
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signature = hmac(key, toSign).toString('hex');
  const credential = `Credential=${options.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}
