import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { createCertificateAuthority, startOrigin, startSocks } from '@sdk/testing';
import type { SocksOptions } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection } from './stand.js';

const SECRET = 'canary-7';
const request = { method: 'GET', path: '/' } as const;
const socks = async (options?: SocksOptions) => keep(await startSocks(options));

describe('a SOCKS proxy', () => {
  test('is taken from the environment, for http: and https: targets', async () => {
    const authority = await createCertificateAuthority();
    const credentials = { username: 'ada', password: SECRET };
    const server = await socks({ credentials });
    const env = { ALL_PROXY: `socks5h://ada:${SECRET}@${server.authority}` };
    const plain = await origin();
    const secure = keep(await startOrigin({ tls: await authority.issue() }));
    for (const target of [plain, secure]) {
      const connection = connect(target.url, { env, tls: { ca: authority.cert } });
      const answer = await connection.request(request);
      expect(answer).toMatchObject({
        status: 200,
        decision: {
          decidedBy: 'env',
          variable: 'ALL_PROXY',
          proxy: `socks5h://${server.authority}`,
        },
      });
      expect(inspect(answer, { depth: 5 })).not.toContain(SECRET);
    }
    expect(server.requests).toHaveLength(2);
  });

  test('gets its credentials from a function', async () => {
    const [target, server] = [
      await origin(),
      await socks({ credentials: { username: 'ada', password: 'today' } }),
    ];
    const connection = connect(target.url, {
      httpProxy: {
        url: `socks5h://${server.authority}`,
        credentials: () => Promise.resolve({ username: 'ada', password: 'today' }),
      },
    });
    expect((await connection.request(request)).status).toBe(200);
  });

  test('that cannot be used so names the variable that asks for it, and the remedy', async () => {
    const server = await socks();
    const connection = connect('http://127.0.0.1:9', {
      env: { HTTP_PROXY: `socks4://ada:${SECRET}@${server.authority}` },
    });
    const error = await rejection(connection.request(request));
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'HTTP_PROXY',
      hint: expect.stringContaining('socks5://'),
    });
    expect(inspect(error) + JSON.stringify(error)).not.toContain(SECRET);
    expect(server.connections).toBe(0);
  });
});

describe('in a list', () => {
  test.each([1, 3, 4, 5, 6, 8])('reply %i lets it go on', async (code) => {
    const [target, bad, good] = [await origin(), await socks({ reply: () => code }), await proxy()];
    const connection = connect(target.url, {
      httpProxy: [`socks5h://${bad.authority}`, good.url],
      retry: false,
    });
    const answer = await connection.request(request);
    expect(answer).toMatchObject({ status: 200, decision: { proxy: good.url } });
    expect(bad.requests).toHaveLength(1);
  });

  test('reply 91 of SOCKS 4 lets it go on', async () => {
    const [target, bad, good] = [await origin(), await socks({ reply: () => 91 }), await socks()];
    const connection = connect(target.url, {
      httpProxy: [`socks4a://${bad.authority}`, `socks5://${good.authority}`],
      retry: false,
    });
    expect((await connection.request(request)).status).toBe(200);
  });

  test.each([
    ['a ruleset', { reply: () => 2 }],
    ['wrong credentials', { credentials: { username: 'ada', password: 'other' } }],
  ] satisfies [string, SocksOptions][])('a refusal by %s is an answer', async (_by, options) => {
    const [target, bad, good] = [await origin(), await socks(options), await proxy()];
    const connection = connect(target.url, {
      httpProxy: [`socks5h://ada:${SECRET}@${bad.authority}`, good.url],
      retry: false,
    });
    const error = await rejection(connection.request(request));
    expect(error).toMatchObject({ code: 'SDK_PROXY' });
    expect(inspect(error) + JSON.stringify(error)).not.toContain(SECRET);
    expect(good.requests).toHaveLength(0);
  });
});
