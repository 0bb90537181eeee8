import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TransportRequest } from '@sdk/common';
import type { Origin, Proxy } from '@sdk/testing';

// Some modules read these as they load, and static imports would come first: hence the dynamic ones below.
process.env['DEBUG'] = '*';
process.env['NODE_USE_ENV_PROXY'] = '1';
for (const name of ['http_proxy', 'https_proxy', 'all_proxy']) {
  process.env[name] = process.env[name.toUpperCase()] = 'http://127.0.0.1:9';
}

const credentials = { username: 'ada', password: 'canary-password' };
let plain: Origin;
let secure: Origin;
let proxy: Proxy;
let ca: string;

beforeAll(async () => {
  const { createCertificateAuthority, startOrigin, startProxy } = await import('@sdk/testing');
  const authority = await createCertificateAuthority();
  ca = authority.cert;
  plain = await startOrigin();
  secure = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxy = await startProxy({ credentials });
});
afterAll(() => Promise.all([plain, secure, proxy].map((server) => server.close())));

/** Everything that the process wrote while `work` ran. */
async function outputOf(work: () => Promise<void>): Promise<string> {
  const { stdout, stderr } = process;
  const [toStdout, toStderr] = [stdout.write, stderr.write];
  let output = '';
  const keep = (chunk: string | Uint8Array): boolean => {
    output += String(chunk);
    return true;
  };
  stdout.write = keep;
  stderr.write = keep;
  try {
    await work();
  } finally {
    stdout.write = toStdout;
    stderr.write = toStderr;
  }
  return output;
}

async function sendAll(): Promise<number[]> {
  const { AxiosTransport, DEFAULT_TIMEOUTS, originOf, ProxyServer, routeTo } =
    await import('@sdk/common');
  const via = new ProxyServer({
    protocol: 'http:',
    host: '127.0.0.1',
    port: proxy.port,
    ...credentials,
  });
  const transport = new AxiosTransport();
  const statuses: number[] = [];
  for (const url of [plain.url, secure.url]) {
    for (const server of [undefined, via]) {
      const origin = originOf(url);
      const request: TransportRequest = {
        method: 'GET',
        origin,
        path: '/',
        headers: ['Authorization', 'Bearer canary-token'],
        route: routeTo(origin, server),
        tls: { ca },
        timeouts: DEFAULT_TIMEOUTS,
      };
      const { status, body } = await transport.send(request);
      body.resume();
      statuses.push(status);
    }
  }
  await transport.close();
  return statuses;
}

test('variables of the environment, NODE_USE_ENV_PROXY among them, change nothing below the decision', async () => {
  expect(await sendAll()).toEqual([200, 200, 200, 200]);
  expect(proxy.stats).toMatchObject({ connects: 1, forwards: 1 });
});

test('DEBUG=* shows that the agents are there, and no secret', async () => {
  const output = await outputOf(async () => void (await sendAll()));
  expect(output).toMatch(/https-proxy-agent/);
  expect(output).not.toMatch(/canary|Y2FuYXJ5|YWRhOm/);
});
