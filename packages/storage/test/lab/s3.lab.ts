import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { isSdkError, type HttpProxy } from '@sdk/common';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { testStorageDriver } from '@sdk/testing';
import { readSquidLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { fetchUrl } from '../drivers/s3/fetch-url.js';

const { swift, squid, certificates } = readEndpoints();
const { accessKeyId, secretAccessKey, region } = swift;
const ca = readFileSync(certificates.origin.ca, 'utf8');
const proxyTls = { ca: readFileSync(certificates.proxy.ca, 'utf8') };
const credentials = { username: squid.username, password: squid.password };

describe.each<[string, string, string | undefined, HttpProxy]>([
  ['http: directly', swift.s3, undefined, false],
  ['https: directly', swift.s3Tls, undefined, false],
  [
    'http: through squid, with credentials',
    swift.s3,
    squid.basic,
    { url: squid.basic, credentials },
  ],
  [
    'https: through squid under TLS, with credentials',
    swift.s3Tls,
    squid.tlsBasic,
    { url: squid.tlsBasic, credentials, tls: proxyTls },
  ],
])(
  'S3Storage on a real Swift with s3api, which verifies signatures, over %s',
  (_, endpoint, proxy, httpProxy) => {
    const tls = endpoint.startsWith('https:') ? { ca } : undefined;
    const common = { accessKeyId, secretAccessKey, region, endpoint, tls, httpProxy, env: {} };
    const s3 = (options: { secretAccessKey?: string } = {}): S3Storage =>
      new S3Storage({ ...common, ...options });
    const freshName = (): string => `sdk-${Date.now().toString(36)}`;

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
      const container = await driver.createContainer(freshName());
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

    test('HEAD of an absent object, whose answer s3api garbles, is a NotFoundError 20 times of 20', async () => {
      const driver = s3();
      const container = await driver.createContainer(freshName());
      const codes: unknown[] = [];
      for (let i = 0; i < 20; i += 1) {
        const error: unknown = await driver
          .headObject(container, 'absent')
          .catch((reason: unknown) => reason);
        codes.push(isSdkError(error) ? error.code : error);
      }
      await driver.deleteContainer(container);
      await driver.close();
      expect(codes).toEqual(Array.from({ length: 20 }, () => 'SDK_NOT_FOUND'));
    });

    afterAll(async () => {
      if (proxy === undefined) return;
      const port = Number(new URL(proxy).port);
      const target = new URL(endpoint).host;
      const seen = await readUntil(
        async () => (await readSquidLog(squid.accessLog)).filter((line) => line.port === port),
        (lines) => lines.some((line) => line.target.includes(target)),
      );
      const lines = seen.filter((line) => line.target.includes(target));
      expect(lines.length).toBeGreaterThan(0);
      // An https: target shows a proxy nothing but CONNECT; an http: one is seen whole, and tunnelled never.
      const connects = lines.filter(({ method }) => method === 'CONNECT');
      expect(connects).toHaveLength(endpoint.startsWith('https:') ? lines.length : 0);
      expect(new Set(lines.map(({ username }) => username))).toEqual(new Set([squid.username]));
    });
  },
);
