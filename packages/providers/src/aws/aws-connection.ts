/** A connection that signs for AWS, and reads its errors. */
import { Readable } from 'node:stream';
import { addHint, BaseConnection, ConfigurationError, ResponseError } from '@sdk/common';
import type {
  CallOptions,
  ConnectionOptions,
  FailedAnswer,
  ProviderError,
  RequestSpec,
  SdkResponse,
  Settings,
  SignableRequest,
} from '@sdk/common';
import { AwsClock } from './clock.js';
import type { AwsCredentials } from './credentials.js';
import { awsError } from './error-body.js';
import { SigV4Signer, UNSIGNED_PAYLOAD } from './sigv4.js';

/** Who signs, and for what. */
export interface AwsConnectionOptions {
  readonly credentials: AwsCredentials;
  /** `s3`, `ec2`, `route53`. */
  readonly service: string;
  /** Where the connection goes. */
  readonly endpoint: string | URL;
  /** Shared by the connections of one driver, so that one answer sets it right for all. */
  readonly clock?: AwsClock | undefined;
}

/** AWS refuses what was signed at another time than its own by so much, S3 by three times as much. */
const MOST_SKEW_MS = 5 * 60_000;

/** The signature itself, and what it is made of: a caller's own would be overwritten, or refused by the provider. */
const SIGNATURE_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-content-sha256',
]);

/**
 * Signs each attempt anew, as its last change. A wrong clock is set by the provider's and the request sent again.
 *
 * A stream cannot be hashed before it is sent: over `https:` its payload stays unsigned, over `http:` it is refused
 * unless the request says its hash by `x-amz-content-sha256`.
 */
export class AwsConnection extends BaseConnection {
  readonly clock: AwsClock;
  readonly #signer: SigV4Signer;
  readonly #secrets: readonly string[];

  constructor(source: ConnectionOptions | Settings, aws: AwsConnectionOptions) {
    super(source, { endpoint: aws.endpoint });
    this.clock = aws.clock ?? new AwsClock();
    this.#signer = new SigV4Signer(aws.credentials, aws.service);
    const { secretAccessKey, sessionToken } = aws.credentials;
    this.#secrets =
      sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
  }

  /** The request-target of a presigned URL of this connection's origin. */
  presign(method: string, target: string, expiresInSeconds: number): string {
    const { host } = this.endpoint;
    return this.#signer.presign({ method, host, target, date: this.clock.now() }, expiresInSeconds);
  }

  override async request<T = unknown>(
    spec: RequestSpec,
    call?: CallOptions,
  ): Promise<SdkResponse<T>> {
    const taken = Object.keys(call?.headers ?? {}).find((name) =>
      SIGNATURE_HEADERS.has(name.toLowerCase()),
    );
    if (taken !== undefined) {
      if (spec.body instanceof Readable) spec.body.destroy();
      throw new ConfigurationError(`The header ${taken} is set by the SDK and cannot be given`, {
        field: `headers.${taken}`,
        hint: 'Leave it out: it belongs to the signature, which is made of the credentials and the body.',
      });
    }
    return super.request<T>(spec, call).catch((error: unknown) => {
      throw withProxyHint(error);
    });
  }

  protected override sign(request: SignableRequest): void {
    const { method, origin, path, headers, body } = request;
    const signed = this.#signer.headers({
      method,
      host: headers.get('host') ?? origin.authority,
      target: path,
      headers,
      body,
      payloadHash: headers.get('x-amz-content-sha256') ?? payloadHashOfStream(request),
      date: this.clock.now(),
    });
    for (const [name, value] of Object.entries(signed)) headers.set(name, value);
  }

  protected override parseError(answer: FailedAnswer): ProviderError {
    const error = awsError(answer.body);
    const correct = (leastMs?: number): boolean =>
      this.clock.correct(answer.headers.get('date'), answer.sent.get('x-amz-date'), leastMs);
    // The answer to HEAD has no body that would say that the clock is wrong.
    if (answer.method === 'HEAD' && answer.status === 403 && correct(MOST_SKEW_MS)) {
      return { retryable: true };
    }
    // A page of some server on the way is no error of AWS.
    if (error.code === undefined) return super.parseError(answer);
    if (error.code !== 'RequestTimeTooSkewed') return error;
    return { ...error, retryable: correct() };
  }

  protected override secrets(): readonly string[] {
    return this.#secrets;
  }
}

/** Some proxies resolve `..` or encode anew what they forward: the provider then checks the signature of another path. */
function withProxyHint(error: unknown): unknown {
  const rewritten =
    error instanceof ResponseError &&
    error.providerCode === 'SignatureDoesNotMatch' &&
    error.maybeFromProxy === true;
  if (!rewritten) return error;
  const told =
    "The proxy forwarded this request and may have changed its path (dot segments, encoding) or a signed header: httpProxy: { url, tunnel: 'always' } keeps it from that.";
  addHint(error, told);
  return error;
}

function payloadHashOfStream({ streaming, origin }: SignableRequest): string | undefined {
  if (!streaming) return undefined;
  if (origin.protocol === 'https:') return UNSIGNED_PAYLOAD;
  throw new ConfigurationError(
    'A stream cannot be signed before it is sent, and over http: nothing else protects it',
    {
      field: 'body',
      hint: 'Give bytes or text, use an https: endpoint, or say the hash of the stream in the header x-amz-content-sha256.',
    },
  );
}
