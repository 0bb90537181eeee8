import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCertificateAuthority, startOrigin, until, type Origin } from '@sdk/testing';
import { DEFAULT_TIMEOUTS, originOf, routeTo } from '@sdk/common';
import { agentFor, type PooledAgent } from '../../src/transport/agents.js';
import { Pools } from '../../src/transport/pools.js';
import { readSocketOptions } from '../../src/transport/socket-options.js';
import { runProgram } from '../child/child.js';
import { ENGINES } from '../child/engine.js';

let plain: Origin;
let secure: Origin;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  plain = await startOrigin({ handler: ok });
  secure = await startOrigin({
    handler: ok,
    tls: await authority.issue({ hosts: ['127.0.0.1'] }),
  });
});
afterAll(() => Promise.all([plain, secure].map((server) => server.close())));

const ok = (_request: unknown, response: { end(body: string): unknown }) => response.end('{}');

interface Kept {
  early: number;
  late: number;
  mostOpen: number;
  open: number;
  openInAll: number;
  contexts: number;
}

test.each(ENGINES)(
  '10,000 distinct origins take bounded memory, sockets and secure contexts, with %s',
  async (ENGINE) => {
    const before = [plain.requests.length, secure.requests.length] as const;
    const { code, stdout, stderr } = await runProgram('many-origins', {
      args: [plain.url, secure.url],
      env: { ENGINE },
      flags: ['--expose-gc'],
      timeoutMs: 170_000,
    });
    expect({ code, stderr: /^\w*Error.*$/m.exec(stderr)?.[0] }).toEqual({
      code: 0,
      stderr: undefined,
    });
    const kept = JSON.parse(stdout) as Kept;
    expect([plain.requests.length - before[0], secure.requests.length - before[1]]).toEqual([
      10_000, 800,
    ]);
    // 500 places, and those that were in use beside them.
    expect(kept.mostOpen).toBeLessThanOrEqual(540);
    expect(kept.open).toBeLessThanOrEqual(540);
    expect(kept.openInAll).toBeLessThanOrEqual(540);
    // One for the only TLS identity; one more is axios's or Node's own to make.
    expect(kept.contexts).toBeLessThanOrEqual(2);
    // Parsed origins and decisions are remembered, less than a KiB for each of 16,384; an agent left of each would be 2 KiB more.
    expect(kept.late - kept.early).toBeLessThan(14);
  },
  180_000,
);

describe('the pools of a transport', () => {
  const settings = readSocketOptions(
    {
      lookup: (_name: string, { all }: { all?: boolean }, found: (...args: unknown[]) => void) =>
        all === true
          ? found(null, [{ address: '127.0.0.1', family: 4 }])
          : found(null, '127.0.0.1', 4),
    },
    'options',
  );
  const place = (i: number) => {
    const origin = originOf(plain.url.replace('127.0.0.1', `p${i}.test`));
    return { origin, route: routeTo(origin, undefined) };
  };
  const make = () => new Pools<PooledAgent>((route, origin) => agentFor(route, origin, settings));

  test('are 500 at most where all are at rest, and those used last are kept', async () => {
    const pools = make();
    const { origin, route } = place(0);
    const favourite = pools.get(route, origin, undefined);
    for (let i = 1; i < 2_000; i += 1) {
      const other = place(i);
      pools.get(other.route, other.origin, undefined);
      expect(pools.get(route, origin, undefined)).toBe(favourite);
    }
    expect(pools.size).toBe(500);
    await pools.close();
  });

  test('that are in use are kept however many they are, and forgotten when the burst is over', async () => {
    const pools = make();
    const used = await Promise.all(
      Array.from({ length: 560 }, async (_, i) => {
        const { origin, route } = place(i);
        const { pool } = pools.get(route, origin, undefined);
        return { pool, lease: await pool.acquire({ origin, route, timeouts: DEFAULT_TIMEOUTS }) };
      }),
    );
    expect(pools.size).toBe(560);
    for (const { pool, lease } of used) pool.release(lease);
    await until(() => pools.size < 500, 'those at rest were forgotten', 10_000);
    await pools.close();
  });
});
