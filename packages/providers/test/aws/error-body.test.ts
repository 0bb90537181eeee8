import { describe, expect, test } from '@jest/globals';
import {
  AuthenticationError,
  ConflictError,
  NotFoundError,
  PermissionError,
  RateLimitError,
} from '@sdk/common';
import { awsError, awsErrorClass } from '@sdk/providers/aws';

describe('an error of AWS is read in each of its shapes:', () => {
  test('S3', () => {
    const Error = { Code: 'NoSuchKey', Message: 'It is not there', RequestId: 'R1' };
    expect(awsError({ Error })).toEqual({
      code: 'NoSuchKey',
      message: 'It is not there',
      requestId: 'R1',
      class: NotFoundError,
      retryable: undefined,
    });
  });

  test('Route 53', () => {
    const Error = { Type: 'Sender', Code: 'Throttling', Message: 'Rate exceeded' };
    expect(awsError({ ErrorResponse: { Error, RequestId: 'R2' } })).toMatchObject({
      code: 'Throttling',
      requestId: 'R2',
      class: RateLimitError,
      retryable: true,
    });
  });

  test('EC2', () => {
    const Errors = { Error: { Code: 'InvalidInstanceID.NotFound', Message: 'No such instance' } };
    expect(awsError({ Response: { Errors, RequestID: 'R3' } })).toMatchObject({
      code: 'InvalidInstanceID.NotFound',
      requestId: 'R3',
      class: NotFoundError,
    });
  });

  test.each([undefined, '', 'text', 5, null, {}, { Error: '' }, { Error: {} }, { Errors: [] }])(
    'and %j is none',
    (body) => {
      expect(awsError(body).code).toBeUndefined();
    },
  );
});

test('what an error echoes of keys, tokens and signatures goes no further', () => {
  const echoed = ['AKID', 'to-sign', 'sig', 'canonical', 'bytes', 'token', 'token-0'];
  const Error = {
    Code: 'SignatureDoesNotMatch',
    Message: `the signature ${'ab12'.repeat(16)} is not what we computed`,
    AWSAccessKeyId: echoed[0],
    StringToSign: echoed[1],
    SignatureProvided: echoed[2],
    CanonicalRequest: echoed[3],
    CanonicalRequestBytes: echoed[4],
    Token: echoed[5],
    'Token-0': echoed[6],
    HostId: 'kept',
  };
  const body = { Error };
  const error = awsError(body);
  expect(error.class).toBe(AuthenticationError);
  expect(error.message).not.toContain('ab12');
  expect(body).toEqual({ Error: { Code: Error.Code, Message: Error.Message, HostId: 'kept' } });
  const other = awsError({ Error: { Code: 'Other', Message: `saw ${'ab12'.repeat(16)}` } });
  expect(other.message).toBe('saw …');
});

test.each([
  ['AccessDenied', PermissionError],
  ['BucketNotEmpty', ConflictError],
  ['SlowDown', RateLimitError],
  ['InvalidVolume.NotFound', NotFoundError],
  ['toString', undefined],
])('the class of %s', (code, expected) => {
  expect(awsErrorClass(code)).toBe(expected);
});
