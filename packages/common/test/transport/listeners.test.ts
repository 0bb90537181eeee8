import { expect, test } from '@jest/globals';
import { runProgram } from '../child/child.js';
import { ENGINES } from '../child/engine.js';
import { serve } from '../child/servers.js';

const servers = serve();

interface Counts {
  readonly emitters: number;
  readonly most: number;
}

test.each(ENGINES)(
  'thousands of requests on few sockets leave no listener on sockets, agents, the signal or the process, with %s',
  async (ENGINE) => {
    const { plain, secure, proxy } = servers;
    const before = plain.requests.length + secure.requests.length;
    const args = [plain.url, secure.url, proxy.url];
    const { code, stdout, stderr } = await runProgram('listeners', {
      args,
      env: { ENGINE },
      timeoutMs: 110_000,
    });
    expect({ code, stderr: /Error|MaxListeners/.exec(stderr)?.[0] }).toEqual({
      code: 0,
      stderr: undefined,
    });
    const told = JSON.parse(stdout) as {
      early: Counts;
      late: Counts;
      ofSignal: number;
      ofProcess: number;
      warnings: string[];
    };
    expect(plain.requests.length + secure.requests.length - before).toBe(410 * 16);
    // Four ways, four sockets each, at the least.
    expect(told.early.emitters).toBeGreaterThanOrEqual(16);
    // Node's http itself has a handful on a socket that it uses.
    expect(told.late.most).toBeLessThanOrEqual(told.early.most);
    expect(told.late.most).toBeLessThan(10);
    expect(told).toMatchObject({ ofSignal: 0, ofProcess: 0, warnings: [] });
  },
  120_000,
);
