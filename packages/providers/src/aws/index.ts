/** What the services of AWS share: credentials, signatures, error bodies. */
export { AwsConnection } from './aws-connection.js';
export type { AwsConnectionOptions } from './aws-connection.js';
export { AwsClock } from './clock.js';
export { AWS_KEYS, checkedCredentials } from './credentials.js';
export type { AwsCredentials } from './credentials.js';
export { awsError, awsErrorClass } from './error-body.js';
export { sha256Hex } from './sha256.js';
export { amzDate, SigV4Signer, UNSIGNED_PAYLOAD } from './sigv4.js';
export type { SignatureHeaders, ToSign } from './sigv4.js';
export { encodeUriPath } from './uri.js';
