import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosTransport } from '@sdk/common';
import { readMitmproxyLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { runProgram } from '../child/child.js';
import { get, rejection, useConnections } from './connections.js';
import { ENGINES } from './engines.js';
import { originTls } from './origins.js';

const { mitmproxy } = readEndpoints();
const ca = readFileSync(mitmproxy.ca, 'utf8');

describe.each(ENGINES)('a proxy that intercepts TLS, on $name', (engine) => {
  const lab = useConnections(engine);
  let before: number;
  beforeEach(async () => {
    before = (await readMitmproxyLog(mitmproxy.seenLog)).length;
  });
  const read = (path: string) =>
    readUntil(
      async () =>
        (await readMitmproxyLog(mitmproxy.seenLog))
          .slice(before)
          .filter(({ url }) => url.endsWith(`:${lab.origins.https.port}${path}`)),
      (lines) => lines.length > 0,
      path === '/before' ? 0 : 5_000,
    );

  test('before its authority is trusted, a TlsError says that a proxy may intercept and that tls.ca is the remedy', async () => {
    const error = await rejection(lab.to('https', mitmproxy.url).request(get('/before')));
    expect(error).toMatchObject({
      ...{ code: 'SDK_TLS', requestSent: 'no', retryable: false },
      ...{ hint: expect.stringMatching(/tls\.ca.*intercept|intercept.*tls\.ca/) },
    });
    expect(lab.origins.https.seen).toEqual([]);
    expect(await read('/before')).toEqual([]);
  });

  test('with tls.ca it works, and the proxy reads what goes through', async () => {
    const there = lab.to('https', mitmproxy.url, { tls: { ca } });
    expect((await there.request(get('/after'))).body).toBe('hello');
    expect(await read('/after')).toMatchObject([{ method: 'GET', status: 200 }]);
  });

  test('tls.ca may hold its authority beside others, so that one setting serves both ways', async () => {
    const tls = { ca: [ca, originTls.ca] };
    expect((await lab.to('https', mitmproxy.url, { tls }).request(get('/1'))).body).toBe('hello');
    expect((await lab.to('https', false, { tls }).request(get('/2'))).body).toBe('hello');
  });

  test('three calls share one tunnel, as with any proxy', async () => {
    const there = lab.to('https', mitmproxy.url, { tls: { ca } });
    for (let i = 0; i < 3; i += 1) {
      expect((await there.request(get(`/kept-${i}`))).body).toBe('hello');
    }
    expect(lab.origins.https.seen).toHaveLength(3);
  });
});

describe('a process behind a proxy that intercepts TLS, told so by its environment alone', () => {
  const lab = useConnections({ name: 'a program of its own', open: () => new AxiosTransport() });
  const run = (env: Record<string, string>) =>
    runProgram('get', {
      args: [`https://${lab.authority('https')}/`],
      env: { HTTPS_PROXY: mitmproxy.url, ...env },
    });

  test('fails, and says what to add', async () => {
    expect((await run({})).stdout).toMatch(/^SDK_TLS: .*tls\.ca.*intercepting/);
  });

  test('works with NODE_EXTRA_CA_CERTS', async () => {
    expect(await run({ NODE_EXTRA_CA_CERTS: mitmproxy.ca })).toMatchObject({
      ...{ code: 0, stdout: 'hello\n' },
    });
  });

  test("works with the system's store, where Node knows it and is told to use it", async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const knowsSystem = major > 22 || (major === 22 && minor >= 15);
    // OpenSSL's own variable for the file that stands for the system's store.
    const env = { SSL_CERT_FILE: mitmproxy.ca, NODE_OPTIONS: '--use-openssl-ca' };
    expect((await run(env)).stdout).toBe('hello\n');
    if (!knowsSystem) return;
    const system = { SSL_CERT_FILE: mitmproxy.ca, NODE_OPTIONS: '--use-system-ca' };
    expect((await run(system)).stdout).toBe('hello\n');
  });
});
