import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { createCertificateAuthority, testStorageDriver } from '@sdk/testing';
import { fetchUrl } from './s3/fetch-url.js';
import { startS3Origin } from './s3/s3-origin.js';
import type { S3Origin } from './s3/s3-origin.js';
import { KEY } from './s3/verify-sigv4.js';

describe.each(['http', 'https'])(
  'S3Storage keeps the contract on an %s: origin of ours, which verifies every signature',
  (scheme) => {
    let origin: S3Origin;
    let ca: string | undefined;

    beforeAll(async () => {
      const authority = scheme === 'https' ? await createCertificateAuthority() : undefined;
      ca = authority?.cert;
      origin = await startS3Origin({ tls: await authority?.issue() });
    });

    afterAll(() => origin.close());

    testStorageDriver({
      test,
      expect,
      open: () => {
        const tls = ca === undefined ? undefined : { ca };
        const driver = new S3Storage({
          ...KEY,
          region: 'us-east-1',
          endpoint: origin.url,
          tls,
          env: {},
        });
        const close = async (): Promise<void> => {
          await driver.close();
          expect(origin.uploads.size).toBe(0);
          origin.intercept = undefined;
        };
        return Promise.resolve({ driver, close });
      },
      fetchUrl: (url, method, body) => fetchUrl(url, method, body, ca),
    });
  },
);
