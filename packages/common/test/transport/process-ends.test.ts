import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  until,
  type Origin,
  type Proxy,
} from '@sdk/testing';
import { runProgram } from '../child/child.js';
import { ENGINES } from '../child/engine.js';

let plain: Origin;
let secure: Origin;
let proxy: Proxy;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  plain = await startOrigin();
  secure = await startOrigin({ tls: await authority.issue({ hosts: ['127.0.0.1'] }) });
  proxy = await startProxy();
});
afterAll(() => Promise.all([plain, secure, proxy].map((server) => server.close())));

// Its sockets are kept for ten minutes, those of the servers for one: what waits for either waits too long.
test.each(ENGINES)(
  'a process that closes nothing ends by itself: direct, over TLS, in a tunnel and through a forward proxy, with %s',
  async (ENGINE) => {
    const args = [plain.url, secure.url, `${secure.url} ${proxy.url}`, `${plain.url} ${proxy.url}`];
    const { code, stdout, lastedMs } = await runProgram('idle', {
      args,
      env: { ENGINE },
      timeoutMs: 50_000,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    expect(lastedMs).toBeLessThan(10_000);
    for (const server of [plain, secure, proxy]) {
      await until(() => server.openSockets() === 0, 'the sockets were closed');
    }
  },
  60_000,
);
