import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { testStorageDriver } from '@sdk/testing';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { fetchUrl } from '../s3/fetch-url.js';

const { swift, certificates } = readEndpoints();
const { accessKeyId, secretAccessKey, region } = swift;
const ca = readFileSync(certificates.origin.ca, 'utf8');

describe.each([
  ['http', swift.s3],
  ['https', swift.s3Tls],
])(
  'S3Storage on a real Swift with s3api, over %s:, which verifies signatures',
  (scheme, endpoint) => {
    const tls = scheme === 'https' ? { ca } : undefined;
    const s3 = (options: { secretAccessKey?: string } = {}): S3Storage =>
      new S3Storage({ accessKeyId, secretAccessKey, region, endpoint, tls, env: {}, ...options });

    testStorageDriver({
      test,
      expect,
      gaps: ['ifNoneMatch'],
      open: () => {
        const driver = s3();
        return Promise.resolve({ driver, close: () => driver.close() });
      },
      fetchUrl: (url, method, body) => fetchUrl(url, method, body, tls?.ca),
    });

    test('ifNoneMatch, which s3api refuses, is an UnsupportedError and changes nothing', async () => {
      const driver = s3();
      const container = await driver.createContainer(`sdk-${Date.now().toString(36)}`);
      const options = { ifNoneMatch: '*' } as const;
      await driver.putObject(container, 'x', 'first');
      await expect(driver.putObject(container, 'x', 'second', options)).rejects.toMatchObject({
        code: 'SDK_UNSUPPORTED',
      });
      expect((await driver.headObject(container, 'x')).sizeBytes).toBe(5);
      await driver.deleteObject(container, 'x');
      await driver.deleteContainer(container);
      await driver.close();
    });

    test('a wrong secret is an AuthenticationError', async () => {
      const driver = s3({ secretAccessKey: 'wrong' });
      await expect(driver.listContainers().next()).rejects.toMatchObject({
        code: 'SDK_AUTHENTICATION',
        providerCode: 'SignatureDoesNotMatch',
      });
      await driver.close();
    });
  },
);
