/**
 * Signature Version 4 over exactly what is sent.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
import aws4 from 'aws4';
import type { Request } from 'aws4';
import type { AwsCredentials } from './credentials.js';
import { sha256Hex } from './sha256.js';

/** Instead of a body's hash: the body is not covered by the signature. For `https:` alone. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** What is signed of a request. */
export interface ToSign {
  readonly method: string;
  /** Host and port as the `Host` header has them. */
  readonly host: string;
  /** The request-target byte for byte, encoded by RFC 3986, with its query: `/bucket//a/../b?list-type=2`. */
  readonly target: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body?: string | Uint8Array | undefined;
  /** Instead of the hash of `body`: one in hex that is known already, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash?: string | undefined;
  readonly date: Date;
}

/** The headers that carry a signature. */
export type SignatureHeaders = Readonly<Record<string, string>>;

/** The types of aws4 lack what its README documents. */
type SignerRequest = Request & {
  readonly extraHeadersToInclude?: Readonly<Record<string, boolean>>;
  readonly extraHeadersToIgnore?: Readonly<Record<string, boolean>>;
};

const ALSO_SIGNED = new Set(['host', 'content-type', 'content-md5', 'date', 'range']);

/** Whether a header is covered. Others may be changed by a proxy on the way, so they stay out. */
function isSigned(name: string): boolean {
  return name.startsWith('x-amz-') || name.startsWith('if-') || ALSO_SIGNED.has(name);
}

/** Signs for one key, region and service. Holds a secret, and shows none. */
export class SigV4Signer {
  readonly #credentials: AwsCredentials;
  readonly #service: string;

  /** @param service `s3`, `ec2`, `route53`: as the scope of the signature names it. */
  constructor(credentials: AwsCredentials, service: string) {
    this.#credentials = credentials;
    this.#service = service;
  }

  /**
   * `authorization`, `x-amz-date`, and, where they go with it, `x-amz-security-token` and (for S3) `x-amz-content-sha256`.
   * Nothing that a proxy may change on the way is covered.
   */
  headers(request: ToSign): SignatureHeaders {
    const { sessionToken } = this.#credentials;
    const added: Record<string, string> = { 'x-amz-date': amzDate(request.date) };
    if (sessionToken !== undefined) added['x-amz-security-token'] = sessionToken;
    const payloadHash = request.payloadHash ?? sha256Hex(request.body ?? '');
    if (this.#service === 's3') added['x-amz-content-sha256'] = payloadHash;
    const headers: Record<string, string> = { host: request.host };
    for (const [name, value] of request.headers) {
      const lower = name.toLowerCase();
      if (isSigned(lower)) headers[lower] = value;
    }
    const signed = this.#sign(request, {
      headers: { ...headers, ...added },
      // It hashes this text itself where no header says the hash; it would also describe it by headers that are not sent.
      body: this.#service === 's3' ? undefined : request.body,
      extraHeadersToIgnore: {
        'content-length': true,
        'content-type': headers['content-type'] === undefined,
      },
      extraHeadersToInclude: { range: true },
    });
    return { ...added, authorization: String(signed.headers?.['Authorization']) };
  }

  /**
   * The request-target of a presigned URL: with the signature in its query. Its body is not covered.
   * @param expiresInSeconds up to 604,800
   */
  presign(
    request: Pick<ToSign, 'method' | 'host' | 'target' | 'date'>,
    expiresInSeconds: number,
  ): string {
    const separator = request.target.includes('?') ? '&' : '?';
    const given = `X-Amz-Date=${amzDate(request.date)}&X-Amz-Expires=${expiresInSeconds}`;
    const signed = this.#sign(request, {
      path: `${request.target}${separator}${given}`,
      headers: { host: request.host },
      signQuery: true,
    });
    return String(signed.path);
  }

  #sign(
    { method, host, target }: Pick<ToSign, 'method' | 'host' | 'target'>,
    own: Omit<SignerRequest, 'body'> & { readonly body?: string | Uint8Array | undefined },
  ): Request {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#credentials;
    const body =
      own.body === undefined || typeof own.body === 'string' ? own.body : Buffer.from(own.body);
    const request: SignerRequest = {
      method,
      host,
      path: target,
      service: this.#service,
      region,
      ...own,
      ...(body === undefined ? { body: '' } : { body }),
    };
    const credentials = { accessKeyId, secretAccessKey };
    return aws4.sign(
      request,
      sessionToken === undefined ? credentials : { ...credentials, sessionToken },
    );
  }
}

/** A time as SigV4 writes it: `20130524T000000Z`. */
export function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}
