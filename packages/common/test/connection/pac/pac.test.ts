import { describe, expect, test } from '@jest/globals';
import type { ConnectionOptions } from '@sdk/common';
import { createCertificateAuthority, startOrigin, startSocks, until } from '@sdk/testing';
import { connect, keep, origin, proxy } from '../stand.js';
import { onDisk, says, way, wpad } from './stand.js';

const authority = await createCertificateAuthority();
const get = { method: 'GET', path: '/' } as const;
const secure = async () => keep(await startOrigin({ tls: await authority.issue() }));
const trusted = { tls: { ca: authority.cert } };

describe('a PAC file decides', () => {
  test('for http: targets and for https: ones, and every answer says so', async () => {
    const [plain, tls, gate] = await Promise.all([origin(), secure(), proxy()]);
    const file = await wpad(says(way(gate.url)));
    for (const [server, kind] of [
      [plain, 'forwards'],
      [tls, 'connects'],
    ] as const) {
      const connection = connect(server.url, { httpProxy: file.pac, ...trusted });
      expect((await connection.request(get)).decision).toEqual({
        origin: server.url,
        proxy: gate.url,
        decidedBy: 'instance',
        pac: file.pac,
      });
      expect(gate.stats[kind]).toBe(1);
    }
  });

  test('for each host by itself, direct where it says DIRECT', async () => {
    const [server, gate] = await Promise.all([origin(), proxy()]);
    const script = `function FindProxyForURL(url, host) {
      return shExpMatch(host, '127.*') ? '${way(gate.url)}' : 'DIRECT';
    }`;
    const file = await wpad(script);
    const connection = connect(server.url, { httpProxy: file.pac });
    expect((await connection.request(get)).decision.proxy).toBe(gate.url);
    const other = connection.derive({
      endpoint: server.url.replace('127.0.0.1', 'localhost'),
      purpose: 'identity',
    });
    expect((await other.request(get)).decision).toMatchObject({ proxy: null, pac: file.pac });
    expect(gate.stats.forwards).toBe(1);
    expect(file.requests).toHaveLength(1);
  });

  test('named by a variable, a call, a function, a list, or an object', async () => {
    const [server, gate] = await Promise.all([origin(), proxy()]);
    const { pac } = await wpad(says(way(gate.url)));
    const forms: [Partial<ConnectionOptions>, Record<string, unknown>][] = [
      [{ env: { http_proxy: pac } }, { decidedBy: 'env', variable: 'http_proxy' }],
      [{ httpProxy: () => pac }, { decidedBy: 'instance' }],
      [{ httpProxy: async () => ({ url: pac }) }, { decidedBy: 'instance' }],
      [{ httpProxy: [pac, 'direct'] }, { decidedBy: 'instance' }],
    ];
    for (const [options, decision] of forms) {
      const answer = await connect(server.url, options).request(get);
      expect(answer.decision).toMatchObject({ ...decision, proxy: gate.url, pac });
    }
    const byCall = await connect(server.url).request(get, { httpProxy: pac });
    expect(byCall.decision).toMatchObject({ decidedBy: 'call', proxy: gate.url, pac });
    const bypassed = await connect(server.url, { httpProxy: pac, noProxy: '*' }).request(get);
    expect(bypassed.decision).toEqual({
      origin: server.url,
      proxy: null,
      decidedBy: 'instance',
      bypassedBy: '*',
    });
  });

  test('on the disk, and inside its own URL', async () => {
    const [server, gate] = await Promise.all([origin(), proxy()]);
    const script = says(way(gate.url));
    const { file, rewrite } = await onDisk(script);
    const base64 = Buffer.from(script).toString('base64');
    const places = [
      `pac+file://${file}`,
      `pac+data:,${encodeURIComponent(script)}`,
      `pac+data:application/x-ns-proxy-autoconfig;base64,${base64}`,
    ];
    for (const httpProxy of places) {
      const { decision } = await connect(server.url, { httpProxy }).request(get);
      expect(decision).toMatchObject({ proxy: gate.url, pac: expect.stringMatching(/^pac\+/) });
    }
    const connection = connect(server.url, { httpProxy: `pac+file://${file}` });
    expect((await connection.request(get)).decision.proxy).toBe(gate.url);
    await rewrite(says('DIRECT'));
    const isDirect = async () => (await connection.request(get)).decision.proxy === null;
    await until(isDirect, 'the new file decided', 10_000);
  });

  test('is loaded once for many requests, straight, with no word of them and no credentials', async () => {
    const server = await origin();
    const gate = await proxy({ credentials: { username: 'ada', password: 'canary-password' } });
    const file = await wpad(says(way(gate.url)));
    const url = `${file.pac.replace('//', '//ada:canary-password@')}?token=1`;
    const connection = connect(server.url, { httpProxy: url });
    const paths = Array.from({ length: 20 }, (_, i) => `/canary-path?signature=${i}`);
    await Promise.all(paths.map((path) => connection.request({ method: 'GET', path })));
    expect(gate.stats).toMatchObject({ forwards: 20, refused407: 0 });
    expect(file.requests).toHaveLength(1);
    expect(file.requests[0]).toMatchObject({ method: 'GET', url: '/proxy.pac?token=1' });
    expect(JSON.stringify(file.requests[0]?.rawHeaders)).not.toMatch(/canary|authorization/i);
  });

  test('and what stands beside its URL holds for every proxy that it names', async () => {
    const [server, tls] = await Promise.all([secure(), authority.issue()]);
    const credentials = { username: 'ada', password: 'p' };
    const gate = await proxy({ tls, credentials });
    const file = await wpad(says(way(gate.url)), { tls });
    const httpProxy = {
      url: file.pac,
      credentials: async () => credentials,
      headers: { 'x-desk': '7' },
      tls: { ca: authority.cert },
    };
    const connection = connect(server.url, { httpProxy, ...trusted });
    expect((await connection.request(get)).decision.proxy).toBe(gate.url);
    expect(gate.requests[0]?.rawHeaders).toContain('x-desk');
    expect(server.requests[0]?.rawHeaders).not.toContain('x-desk');
    expect(file.requests[0]?.rawHeaders).not.toContain('x-desk');
  });

  test('for a view as for its driver, which loaded it', async () => {
    const [server, gate] = await Promise.all([origin(), proxy()]);
    const file = await wpad(says(way(gate.url)));
    const connection = connect(server.url, { httpProxy: file.pac });
    await connection.request(get);
    await connection.with({ userAgent: 'view/1' }).request(get);
    expect([gate.stats.forwards, file.requests.length]).toEqual([2, 1]);
  });

  test('over SOCKS where it says so', async () => {
    const server = await origin();
    const socks = keep(await startSocks());
    for (const [keyword, scheme] of [
      ['SOCKS5', 'socks5h'],
      ['SOCKS', 'socks4a'],
    ] as const) {
      const file = await wpad(says(`${keyword} ${socks.authority}`));
      const { decision } = await connect(server.url, { httpProxy: file.pac }).request(get);
      expect(decision.proxy).toBe(`${scheme}://${socks.authority}`);
    }
    expect(socks.requests.map(({ version }) => version)).toEqual([5, 4]);
  });
});
