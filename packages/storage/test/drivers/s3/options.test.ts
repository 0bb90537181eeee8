import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { isSdkError } from '@sdk/common';
import { getDriver } from '@sdk/storage';
import { S3Storage } from '@sdk/storage/drivers/s3';
import type { S3StorageOptions } from '@sdk/storage/drivers/s3';

const good: S3StorageOptions = {
  accessKeyId: 'AKIDOPTIONS',
  secretAccessKey: 'canary-secret-in-options',
  sessionToken: 'canary-token-in-options',
  region: 'eu-west-1',
};

const made = (options: Record<string, unknown>): unknown => {
  try {
    return new S3Storage({ ...good, ...options });
  } catch (error) {
    return error;
  }
};

describe('a wrong option is a ConfigurationError that names it and shows none of it:', () => {
  test.each<[string, Record<string, unknown>]>([
    ['accessKeyId', { accessKeyId: undefined }],
    ['accessKeyId', { accessKeyId: 'canary with blank' }],
    ['accessKeyId', { accessKeyId: 'canary/slash' }],
    ['secretAccessKey', { secretAccessKey: '' }],
    ['secretAccessKey', { secretAccessKey: 'canary\n' }],
    ['secretAccessKey', { secretAccessKey: null }],
    ['sessionToken', { sessionToken: '' }],
    ['sessionToken', { sessionToken: 'canary\r\nx: y' }],
    ['region', { region: undefined }],
    ['region', { region: 'eu west' }],
    ['region', { region: 'evil.example/' }],
    ['pathStyle', { pathStyle: 'canary' }],
    ['pathStyle', { pathStyle: false, endpoint: 'http://127.0.0.1:9000' }],
    ['pathStyle', { pathStyle: false, endpoint: 'http://[::1]:9000' }],
    ['endpoint', { endpoint: 'ftp://canary' }],
    ['endpoint', { endpoint: 'https://user:canary@h' }],
    ['options.secretAccesKey', { secretAccesKey: 'canary' }],
  ])('%s', (field, options) => {
    const error = made(options);
    expect(isSdkError(error, 'SDK_CONFIGURATION')).toBe(true);
    expect(error).toMatchObject({ field });
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain(
      'canary',
    );
  });
});

test('a driver that is printed shows neither secret nor token', async () => {
  const driver = new S3Storage(good);
  const view = driver.with({ httpProxy: false });
  for (const value of [driver, view]) {
    const shown = inspect(value, { depth: 12, showHidden: true }) + JSON.stringify(value);
    expect(shown).not.toContain('canary');
  }
  await driver.close();
  await expect(driver.putObject('bucket', 'x', 'y')).rejects.toMatchObject({
    code: 'SDK_CONFIGURATION',
  });
  const presigned = driver.presign('bucket', 'x', { method: 'GET', expiresInSeconds: 1 });
  await expect(presigned).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
});

describe('where a bucket is', () => {
  const urlOf = (options: Partial<S3StorageOptions>, bucket = 'my-bucket'): Promise<string> =>
    new S3Storage({ ...good, ...options })
      .presign(bucket, 'key', { method: 'GET', expiresInSeconds: 9 })
      .then((url) => url.split('?')[0] as string);

  test.each<[string, Partial<S3StorageOptions>, string, string]>([
    [
      "in the host of Amazon's endpoint",
      {},
      'my-bucket',
      'https://my-bucket.s3.eu-west-1.amazonaws.com/key',
    ],
    [
      'in China elsewhere',
      { region: 'cn-north-1' },
      'my-bucket',
      'https://my-bucket.s3.cn-north-1.amazonaws.com.cn/key',
    ],
    [
      'in the path where asked',
      { pathStyle: true },
      'my-bucket',
      'https://s3.eu-west-1.amazonaws.com/my-bucket/key',
    ],
    [
      'in the path where its name has dots',
      {},
      'my.bucket',
      'https://s3.eu-west-1.amazonaws.com/my.bucket/key',
    ],
    [
      'in the path where its name is no host',
      {},
      'My_Bucket',
      'https://s3.eu-west-1.amazonaws.com/My_Bucket/key',
    ],
    [
      'in the path of a custom endpoint',
      { endpoint: 'https://s3.example:9000/base/' },
      'my-bucket',
      'https://s3.example:9000/base/my-bucket/key',
    ],
    [
      'in the host of a custom endpoint where asked',
      { endpoint: 'https://s3.example:9000', pathStyle: false },
      'my-bucket',
      'https://my-bucket.s3.example:9000/key',
    ],
    [
      'in the host with dots, without TLS',
      { endpoint: 'http://s3.example', pathStyle: false },
      'my.bucket',
      'http://my.bucket.s3.example/key',
    ],
  ])('%s', async (_, options, bucket, expected) => {
    expect(await urlOf(options, bucket)).toBe(expected);
  });

  test('a presigned URL allows what it was made for, in the time it was made for', async () => {
    const driver = new S3Storage(good);
    for (const options of [
      { method: 'POST', expiresInSeconds: 9 },
      { method: 'GET' },
      { method: 'GET', expiresInSeconds: 604_801 },
      { method: 'GET', expiresInSeconds: 9, contentType: 'x' },
    ]) {
      const asked = driver.presign(
        'bucket',
        'x',
        options as { method: 'GET'; expiresInSeconds: number },
      );
      await expect(asked).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
    }
  });
});

test('getDriver answers the classes by id, and names the ids where there is none', async () => {
  expect(await getDriver('s3')).toBe(S3Storage);
  const { LocalStorage } = await import('@sdk/storage/drivers/local');
  expect(await getDriver('local')).toBe(LocalStorage);
  expect(getDriver.ids).toEqual(['local', 's3']);
  await expect(getDriver('s4' as 's3')).rejects.toMatchObject({ code: 'SDK_CONFIGURATION' });
});
