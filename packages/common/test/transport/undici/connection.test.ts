import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BaseConnection, type TransportResponse } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  until,
  type CertificateAuthority,
  type Origin,
  type Proxy,
} from '@sdk/testing';

let authority: CertificateAuthority;
let plain: Origin;
let secure: Origin;
let proxy: Proxy;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  plain = await startOrigin();
  secure = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxy = await startProxy({ credentials: { username: 'ada', password: 'p@ss' } });
});
afterAll(() => Promise.all([plain, secure, proxy].map((server) => server.close())));

test.each([
  ['through a tunnel', 'tunnel', () => secure],
  ['in absolute-form', 'forward', () => plain],
] as const)('a connection works whole on undici %s', async (_name, way, origin) => {
  const transport: UndiciTransport = new UndiciTransport();
  const ways: TransportResponse['route']['way'][] = [];
  const connection = new BaseConnection({
    endpoint: origin().url,
    env: {},
    tls: { ca: authority.cert },
    httpProxy: `http://ada:p%40ss@127.0.0.1:${proxy.port}`,
    transport: {
      name: transport.name,
      send: async (request) => {
        const response = await transport.send(request);
        ways.push(response.route.way);
        return response;
      },
      close: () => transport.close(),
    },
  });
  try {
    const { status, body } = await connection.request({
      method: 'POST',
      path: '/nodes',
      json: { name: 'web-1' },
    });
    expect([status, body]).toMatchObject([200, { method: 'POST', url: '/nodes', bodyBytes: 16 }]);
    const missing = connection.request({ method: 'GET', path: '/status/404' });
    await expect(missing).rejects.toMatchObject({ code: 'SDK_NOT_FOUND', status: 404 });
    expect(ways).toEqual([way, way]);
  } finally {
    await connection.close();
    await transport.close();
  }
  await until(() => proxy.openSockets() === 0, 'no socket was left');
});
