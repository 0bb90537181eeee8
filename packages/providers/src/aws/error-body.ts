/** What the XML of an AWS error says, whichever of the three shapes it has, and the class that fits its code. */
import {
  AuthenticationError,
  ConflictError,
  NotFoundError,
  PermissionError,
  PreconditionError,
  RateLimitError,
  ServerError,
} from '@sdk/common';
import type { ProviderError, ResponseError, ResponseErrorInit } from '@sdk/common';

type ErrorClass = new (message: string, init: ResponseErrorInit) => ResponseError;

/** Codes whose class is not the one of their status, or which may come under several. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  AccessDenied: PermissionError,
  AllAccessDisabled: PermissionError,
  UnauthorizedOperation: PermissionError,
  AuthFailure: AuthenticationError,
  ExpiredToken: AuthenticationError,
  ExpiredTokenException: AuthenticationError,
  IncompleteSignature: AuthenticationError,
  InvalidAccessKeyId: AuthenticationError,
  InvalidClientTokenId: AuthenticationError,
  InvalidToken: AuthenticationError,
  MissingAuthenticationToken: AuthenticationError,
  RequestExpired: AuthenticationError,
  RequestTimeTooSkewed: AuthenticationError,
  SignatureDoesNotMatch: AuthenticationError,
  TokenRefreshRequired: AuthenticationError,
  BucketAlreadyExists: ConflictError,
  BucketAlreadyOwnedByYou: ConflictError,
  BucketNotEmpty: ConflictError,
  HostedZoneAlreadyExists: ConflictError,
  HostedZoneNotEmpty: ConflictError,
  OperationAborted: ConflictError,
  NoSuchBucket: NotFoundError,
  NoSuchChange: NotFoundError,
  NoSuchHostedZone: NotFoundError,
  NoSuchKey: NotFoundError,
  NoSuchUpload: NotFoundError,
  NoSuchVersion: NotFoundError,
  PreconditionFailed: PreconditionError,
  InternalError: ServerError,
  ServiceUnavailable: ServerError,
};

/** Too fast: nothing was done, and the same may be asked again later. */
const THROTTLES = new Set([
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
]);

/** The provider gave up reading; it answers 400, and nothing was done. */
const RETRYABLE = new Set(['RequestTimeout']);

/** Said in our own words: what the provider says there can quote what was signed, and with what. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch:
    'The signature does not match: secretAccessKey is wrong or belongs to another accessKeyId, or something on the way changed the request',
  InvalidAccessKeyId: 'The provider does not know this accessKeyId',
  InvalidToken: 'The provider does not accept this sessionToken',
  ExpiredToken: 'The sessionToken has expired',
};

/** The class that fits a code of AWS; `undefined`: that of the status. */
export function awsErrorClass(code: string): ErrorClass | undefined {
  if (THROTTLES.has(code)) return RateLimitError;
  // EC2 answers 400 and InvalidInstanceID.NotFound, InvalidVolume.NotFound, and so on.
  if (code.endsWith('.NotFound')) return NotFoundError;
  return Object.hasOwn(CLASSES, code) ? CLASSES[code] : undefined;
}

/** What a decoded error body says. What it quotes of keys, tokens and signatures is taken out of the body itself. */
export function awsError(body: unknown): ProviderError {
  const { error, requestId } = errorRecord(body);
  if (error === undefined) return {};
  removeSecrets(error);
  const code = textOf(error['Code']);
  if (code === undefined) return { requestId };
  const own = Object.hasOwn(OWN_WORDS, code) ? OWN_WORDS[code] : undefined;
  return {
    message: own ?? withoutSignatures(textOf(error['Message'])),
    code,
    requestId,
    class: awsErrorClass(code),
    retryable: THROTTLES.has(code) || RETRYABLE.has(code) ? true : undefined,
  };
}

type Xml = Record<string, unknown>;

/** S3 `<Error>`; Route 53 `<ErrorResponse><Error>`; EC2 `<Response><Errors><Error>`. */
function errorRecord(body: unknown): { error?: Xml | undefined; requestId?: string | undefined } {
  const root = childOf(body, 'Error')
    ? body
    : (childOf(body, 'ErrorResponse') ?? childOf(body, 'Response'));
  const error = childOf(root, 'Error') ?? childOf(childOf(root, 'Errors'), 'Error');
  const requestId =
    textOf(error?.['RequestId']) ??
    textOf((root as Xml | undefined)?.['RequestId']) ??
    textOf((root as Xml | undefined)?.['RequestID']);
  return { error, requestId };
}

function childOf(value: unknown, name: string): Xml | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const child = (value as Xml)[name];
  const first: unknown = Array.isArray(child) ? child[0] : child;
  return typeof first === 'object' && first !== null ? (first as Xml) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function removeSecrets(error: Xml): void {
  for (const name of Object.keys(error)) {
    if (/signature|stringtosign|canonicalrequest|accesskeyid|token/i.test(name)) delete error[name];
  }
}

function withoutSignatures(message: string | undefined): string | undefined {
  return message?.replace(/\b[0-9a-f]{64}\b/gi, '…');
}
