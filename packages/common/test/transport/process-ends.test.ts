import { expect, test } from '@jest/globals';
import { until } from '@sdk/testing';
import { runProgram } from '../child/child.js';
import { ENGINES } from '../child/engine.js';
import { serve } from '../child/servers.js';

const servers = serve();

// Its sockets are kept for ten minutes, those of the servers for one: what waits for either waits too long.
test.each(ENGINES)(
  'a process that closes nothing ends by itself: direct, over TLS, in a tunnel and through a forward proxy, with %s',
  async (ENGINE) => {
    const { plain, secure, proxy } = servers;
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
