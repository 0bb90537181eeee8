import { inspect } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { AxiosTransport, type Transport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { S3Storage } from '@sdk/storage/drivers/s3';
import { startOrigin, startProxy } from '@sdk/testing';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

test.each<[string, () => Transport]>([
  ['AxiosTransport', () => new AxiosTransport()],
  ['UndiciTransport', () => new UndiciTransport()],
])(
  'a downloaded object that is printed shows no credentials, under %s',
  async (_name, transport) => {
    const origin = await startOrigin({ handler: (_request, response) => response.end('bytes') });
    const proxy = await startProxy({ credentials: { username: 'ada', password: 'canary' } });
    const s3 = new S3Storage({
      accessKeyId: 'canary-id',
      secretAccessKey: 'canary-secret',
      sessionToken: 'canary-token',
      region: 'eu-west-1',
      endpoint: origin.url,
      transport: transport(),
      httpProxy: proxy.url.replace('//', '//ada:canary@'),
    });
    open.push(origin, proxy, s3);
    const object = await s3.getObject('bucket', 'key');
    const shown = [
      inspect(object),
      inspect(object, { depth: Infinity, showHidden: true }),
      JSON.stringify(object.body),
    ];
    for await (const chunk of object.body) expect(String(chunk)).toBe('bytes');
    shown.push(inspect(object, { depth: 12, showHidden: true }));
    expect(shown.join('')).not.toMatch(/canary|Y2FuYXJ5|YWRhOm|AWS4-HMAC/);
    expect(proxy.stats.forwards).toBe(1);
  },
);
