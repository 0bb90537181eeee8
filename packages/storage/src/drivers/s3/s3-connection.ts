/** A connection to S3: its errors name regions, and some of them come with the status 200. */
import { MalformedResponseError, ResponseError, ServerError } from '@sdk/common';
import type { FailedAnswer, HookContext, ProviderError, SdkError } from '@sdk/common';
import { AwsConnection, awsError } from '@sdk/providers/aws';
import type { AwsConnectionOptions } from '@sdk/providers/aws';
import type { ConnectionOptions, Settings } from '@sdk/common';

/** The namespace of the documents that S3 is sent. */
export const XMLNS = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Codes that come late, in a body whose status was 200 already, and that the same request may get over. */
const PASSING = new Set(['InternalError', 'ServiceUnavailable', 'SlowDown', 'RequestTimeout']);

/** Signs for S3. */
export class S3Connection extends AwsConnection {
  readonly #region: string;

  constructor(source: ConnectionOptions | Settings, aws: Omit<AwsConnectionOptions, 'service'>) {
    super(source, { ...aws, service: 's3' });
    this.#region = aws.credentials.region;
  }

  protected override parseError(answer: FailedAnswer): ProviderError {
    const error = super.parseError(answer);
    const region = answer.headers.get('x-amz-bucket-region') ?? expectedRegion(answer.body);
    const misplaced =
      [301, 307, 400].includes(answer.status) && region !== undefined && region !== this.#region;
    if (!misplaced) return error;
    return {
      ...error,
      message: `The bucket is in the region ${region}, and this driver signs for ${this.#region}: make one with region: '${region}'`,
    };
  }

  /** A copy, or the end of a multipart upload, may fail after S3 has answered 200. */
  protected override parseBody(body: unknown, context: HookContext): unknown {
    if (context.spec.expect !== 'xml' || !isErrorDocument(body)) return body;
    const { code, message, class: ErrorClass = ResponseError, requestId } = awsError(body);
    const Class =
      code !== undefined && PASSING.has(code) && code !== 'SlowDown' ? ServerError : ErrorClass;
    throw new Class(
      `${context.method} was answered 200 and then failed: ${message ?? code ?? 'no reason was given'}`,
      { status: 200, providerCode: code, requestId, body },
    );
  }

  protected override retryable(error: SdkError, attempt: number): boolean | undefined {
    if (
      error instanceof ResponseError &&
      error.status === 200 &&
      PASSING.has(error.providerCode ?? '')
    ) {
      return true;
    }
    return super.retryable(error, attempt);
  }
}

function isErrorDocument(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'Error');
}

/** S3 says the right region in an element beside the code `AuthorizationHeaderMalformed` or `PermanentRedirect`. */
function expectedRegion(body: unknown): string | undefined {
  if (!isErrorDocument(body)) return undefined;
  const region: unknown = (body as { Error?: { Region?: unknown } }).Error?.Region;
  return typeof region === 'string' && /^[a-z0-9-]+$/i.test(region) ? region : undefined;
}

/** The error for an answer that lacks what S3 promises. */
export function lacking(what: string): MalformedResponseError {
  return new MalformedResponseError(`The answer lacks ${what}; is the endpoint one of S3?`, {
    status: 200,
  });
}
