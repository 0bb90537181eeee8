import { execFile } from 'node:child_process';
import path from 'node:path';
import { inspect, promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { ProxyError, SdkError, WarningEvent } from '@sdk/common';
import { createCertificateAuthority, scripts, startScriptedProxy } from '@sdk/testing';
import { connect, failing, keep, origin, proxy, rejection } from '../stand.js';
import { closedPort, onDisk, says, way, wpad } from './stand.js';

const get = { method: 'GET', path: '/' } as const;

/** The error of a request to a server that must not be reached. */
async function failureOf(httpProxy: string, timeouts = {}): Promise<ProxyError> {
  const server = await origin();
  const connection = connect(server.url, { httpProxy, retry: false, timeouts });
  const error = await rejection<ProxyError>(connection.request(get));
  expect(server.requests).toHaveLength(0);
  return error;
}

describe('a PAC file that cannot be had', () => {
  const answers: [status: number, headers: Record<string, string>, said: string, hint: RegExp][] = [
    [404, {}, 'its server answered 404', /Check the URL/],
    [401, {}, 'its server answered 401', /loaded without credentials/],
    [
      302,
      { location: 'https://ada:canary@wpad.corp/p.pac?token=canary#canary' },
      'its server redirects (302), which is not followed',
      /write pac\+https:\/\/wpad\.corp\/p\.pac instead/,
    ],
    [200, { 'content-encoding': 'nonsense' }, 'could not be loaded', /uncompressed/],
  ];
  test.each(answers)('as its server answers %i %j fails the request', async (...given) => {
    const [status, headers, said, hint] = given;
    const server = await failing(status, 'body', headers);
    const error = await failureOf(`pac+${server.url}/proxy.pac?token=canary`);
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'resolve',
      requestSent: 'no',
      message: expect.stringContaining(said),
      hint: expect.stringMatching(hint),
      decision: { pac: `pac+${server.url}/proxy.pac`, proxy: `pac+${server.url}/proxy.pac` },
    });
    expect(inspect(error) + JSON.stringify(error)).not.toContain('canary');
    expect(server.requests).toHaveLength(1);
  });

  test('as nobody listens, it is too long, or what its server shows is not trusted, fails the request', async () => {
    expect(await failureOf(`pac+${await closedPort()}/p`)).toMatchObject({
      phase: 'resolve',
      retryable: true,
      message: expect.stringContaining('could not be loaded'),
    });
    const long = await wpad(' '.repeat(1024 * 1024 + 1));
    expect((await failureOf(long.pac)).message).toContain('longer than 1048576 bytes');
    const authority = await createCertificateAuthority();
    const untrusted = await wpad(says('DIRECT'), { tls: await authority.issue() });
    expect((await failureOf(untrusted.pac)).hint).toContain('httpProxy.tls.ca');
  });

  test('from the disk fails the request: none, a folder, a pipe, one too long', async () => {
    const { file } = await onDisk(' '.repeat(1024 * 1024 + 1));
    const pipe = path.join(path.dirname(file), 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const places: [file: string, said: string][] = [
      [`${file}.not`, 'could not be read (ENOENT)'],
      [path.dirname(file), 'could not be read (E'],
      [pipe, 'could not be read (ENOTREG)'],
      [file, 'longer than 1048576 bytes'],
    ];
    for (const [place, said] of places) {
      expect(await failureOf(`pac+file://${place}`)).toMatchObject({
        phase: 'resolve',
        message: expect.stringContaining(said),
      });
    }
    const error = await failureOf('pac+data:;base64,canary!');
    expect(error.message).toBe('The PAC file pac+data:… holds base64 that cannot be read');
  });

  test.each([
    ['a server that is silent', async () => keep(await startScriptedProxy(scripts.silent)).url],
    [
      'look-ups and loops',
      async () => (await wpad(`function FindProxyForURL() { for (;;); }`)).url,
    ],
  ])('in time, because of %s, fails the request as a proxy does', async (_why, start) => {
    const error = await failureOf(`pac+${await start()}/proxy.pac?canary`, { proxyMs: 300 });
    expect(error).toMatchObject({ requestSent: 'no', message: expect.stringContaining('PAC') });
    expect(['resolve', 'proxy']).toContain(error.phase);
    expect(inspect(error)).not.toContain('canary');
  });

  test('does not outlast the signal and the total of a call', async () => {
    const { url } = keep(await startScriptedProxy(scripts.silent));
    const connection = connect('http://localhost:9', { httpProxy: `pac+${url}/p`, retry: false });
    const reason = new Error('enough');
    const aborted = connection.request(get, { signal: AbortSignal.timeout(50) });
    expect(await rejection(aborted)).toMatchObject({ name: 'TimeoutError' });
    expect(await rejection(connection.request(get, { signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
    const total = connection.request(get, { timeouts: { totalMs: 50 } });
    expect(await rejection(total)).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total' });
  });

  test('gives way to the next of its list, and direct where the list says so', async () => {
    const [server, good, gone] = await Promise.all([origin(), proxy(), closedPort()]);
    const pac = `pac+${gone}/proxy.pac`;
    const next = await connect(server.url, { httpProxy: [pac, good.url] }).request(get);
    expect(next).toMatchObject({ attempts: 2, decision: { proxy: good.url } });
    expect(next.decision.pac).toBeUndefined();
    const direct = await connect(server.url, { httpProxy: [pac, 'direct'] }).request(get);
    expect(direct.decision.proxy).toBeNull();
  });

  test('is not asked for where a proxy before it in the list works', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const file = await wpad(says('DIRECT'));
    await connect(server.url, { httpProxy: [good.url, file.pac] }).request(get);
    expect(file.requests).toHaveLength(0);
  });
});

describe('the proxies that a PAC file names', () => {
  test('are tried in order, and each failure is listed', async () => {
    const [server, good] = await Promise.all([origin(), proxy()]);
    const [one, two] = [await closedPort(), await closedPort()];
    const file = await wpad(says([one, two, good.url].map(way).join('; ')));
    const answer = await connect(server.url, { httpProxy: file.pac }).request(get);
    expect(answer).toMatchObject({ attempts: 3, decision: { proxy: good.url, pac: file.pac } });

    const dead = await wpad(says([one, two].map(way).join('; ')));
    const all = connect(server.url, { httpProxy: [dead.pac, one], retry: false });
    const error = await rejection<SdkError>(all.request(get));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'connect', decision: { proxy: one } });
    expect(error.attempts?.map((attempt) => attempt.proxy)).toEqual([one, two, one]);
    expect(server.requests).toHaveLength(1);
  });

  test('rest when they fail, like those of a list', async () => {
    const [server, gone] = await Promise.all([origin(), closedPort()]);
    const file = await wpad(says(`${way(gone)}; DIRECT`));
    const warnings: unknown[] = [];
    const logger = {
      ...console,
      debug: () => undefined,
      warn: (message: string, fields?: unknown) => warnings.push([message, fields]),
    };
    const connection = connect(server.url, { httpProxy: file.pac, logger });
    expect((await connection.request(get)).attempts).toBe(2);
    expect((await connection.request(get)).attempts).toBe(1);
    const told: Omit<WarningEvent, 'message'> = {
      code: 'SDK_PROXY_RESTS',
      origin: server.url,
      proxy: gone,
    };
    expect(warnings).toEqual([[expect.stringContaining(gone), told]]);
  });

  test('that cannot be read are left out with one warning, and never become direct', async () => {
    const server = await origin();
    const file = await wpad(says('QUIC q.test:443'));
    const error = await failureOf(file.pac);
    expect(error).toMatchObject({ phase: 'resolve', hint: expect.stringContaining('DIRECT') });
    const mixed = await wpad(says('QUIC q.test:443; DIRECT'));
    const warnings: string[] = [];
    const logger = { ...console, debug: () => undefined, warn: (m: string) => warnings.push(m) };
    const connection = connect(server.url, { httpProxy: mixed.pac, logger });
    for (let i = 0; i < 3; i += 1) await connection.request(get);
    expect(warnings).toEqual([
      `The PAC file ${mixed.pac}: entry 1 of its answer was skipped: it begins with none of PROXY, HTTPS, SOCKS, SOCKS5, DIRECT`,
    ]);
  });
});
