import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { runProgram } from '../child/child.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';

const { apache, certificates, dante, microsocks, squid, squidDigest, ssh, tinyproxy } =
  readEndpoints();
const named = (url: string, { username, password }: { username: string; password: string }) =>
  withUserinfo(url, username, password);

const VARIABLES: readonly [string, Record<string, string>][] = [
  ['HTTPS_PROXY with Basic', { HTTPS_PROXY: named(squid.basic, squid) }],
  ['https_proxy with Digest', { https_proxy: named(squidDigest.url, squidDigest) }],
  ['http_proxy alone', { http_proxy: named(tinyproxy.basic, tinyproxy) }],
  ['ALL_PROXY with SOCKS5', { ALL_PROXY: `socks5h://${microsocks.open}` }],
  ['all_proxy with SOCKS5 and a user', { all_proxy: named(`socks5://${dante.user}`, dante) }],
  ['ALL_PROXY with SOCKS4a', { ALL_PROXY: `socks4a://${ssh.socks}` }],
];

describe.each(ENGINES)('the environment on $name', (engine) => {
  const lab = useConnections(engine);

  test.each(VARIABLES)('%s leads an https: target through that proxy', async (_, env) => {
    const answer = await lab.to('https', undefined, { env }).request(get('/'));
    expect(answer).toMatchObject({ body: 'hello', decision: { decidedBy: 'env' } });
    expect(lab.origins.https.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('NO_PROXY passes a proxy by that would refuse', async () => {
    const env = { HTTPS_PROXY: squid.basic, NO_PROXY: '127.0.0.0/8' };
    expect((await lab.to('https', undefined, { env }).request(get('/'))).body).toBe('hello');
    const proxied = lab.to('https', undefined, { env: { HTTPS_PROXY: squid.basic } });
    expect(await rejection(proxied.request(get('/')))).toMatchObject({ code: 'SDK_PROXY' });
  });
});

describe('a process of its own with an https: proxy in its environment', () => {
  const lab = useConnections({ name: 'a program of its own', open: () => new AxiosTransport() });
  const roots = join(tmpdir(), `sdk-lab-roots-${process.pid}.pem`);
  beforeAll(async () => {
    const parts = [certificates.proxy.ca, certificates.origin.ca].map((file) => readFile(file));
    await writeFile(roots, Buffer.concat(await Promise.all(parts)));
  });
  afterAll(() => rm(roots, { force: true }));

  test.each([
    ['squid', named(squid.tlsBasic, squid)],
    ['apache', named(apache.tlsBasic, apache)],
    ['apache with Digest', named(apache.tlsDigest, apache)],
  ])('reaches an https: target through %s', async (_, url) => {
    const result = await runProgram('get', {
      args: [`https://${lab.authority('https')}/`],
      env: { HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: roots },
    });
    expect(result).toMatchObject({ code: 0, stdout: 'hello\n' });
  });
});
