/** Access keys of AWS and of what speaks its protocols. */
import { ConfigurationError, kindOf } from '@sdk/common';

/** Who signs, and for where. */
export interface AwsCredentials {
  /** Not secret; it stands in every signed request. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Goes with keys that were lent for a while (STS). */
  readonly sessionToken?: string | undefined;
  /** Such as `eu-west-1`. What speaks S3 elsewhere mostly takes `us-east-1`. */
  readonly region: string;
}

/** The names of the members of `AwsCredentials`. */
export const AWS_KEYS: readonly string[] = Object.freeze([
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'region',
]);

/**
 * A copy of the credentials, checked.
 * @throws ConfigurationError that names the member, and shows none of its value.
 */
export function checkedCredentials(options: AwsCredentials): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, region } = options;
  // The key stands in a header between "=" and "/".
  check('accessKeyId', accessKeyId, /^[\w.:@+-]+$/, 'letters, digits and . : @ + - _');
  check(
    'secretAccessKey',
    secretAccessKey,
    /^[\x21-\x7e]+$/,
    'visible ASCII characters without blanks',
  );
  if (sessionToken !== undefined) {
    check(
      'sessionToken',
      sessionToken,
      /^[\x21-\x7e]+$/,
      'visible ASCII characters without blanks',
    );
  }
  check('region', region, /^[a-z0-9-]+$/i, 'letters, digits and "-", such as eu-west-1');
  return { accessKeyId, secretAccessKey, sessionToken, region };
}

function check(field: string, value: unknown, pattern: RegExp, allowed: string): void {
  if (typeof value === 'string' && pattern.test(value)) return;
  let seen = 'has other characters';
  if (typeof value !== 'string') seen = `is ${kindOf(value)}`;
  else if (value === '') seen = 'is empty';
  else if (value.trim() !== value) seen = 'has blanks at an end';
  throw new ConfigurationError(`${field} ${seen}; give ${allowed}`, { field });
}
