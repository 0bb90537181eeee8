import { beforeEach, describe, expect, test } from '@jest/globals';
import { readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import {
  readDanteLog,
  readMicrosocksLog,
  readSshLog,
  type SocksRequest,
} from '../../../../tools/lab/socks-log.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';

const { dante, microsocks, squid, ssh } = readEndpoints();
const SCHEMES = ['http', 'https'] as const;

/** Each scheme of SOCKS with a server that speaks it, what it was asked for, and whether names are its own to look up. */
const WAYS: readonly [string, string, () => Promise<SocksRequest[]>, 'by the proxy' | 'here'][] = [
  ['socks4://', ssh.socks, () => readSshLog(ssh.log), 'here'],
  ['socks4a://', ssh.socks, () => readSshLog(ssh.log), 'by the proxy'],
  ['socks5://', ssh.socks, () => readSshLog(ssh.log), 'here'],
  ['socks5h://', ssh.socks, () => readSshLog(ssh.log), 'by the proxy'],
  ['socks://', ssh.socks, () => readSshLog(ssh.log), 'by the proxy'],
  ['socks5://', microsocks.open, () => readMicrosocksLog(microsocks.openLog), 'here'],
  ['socks5h://', microsocks.open, () => readMicrosocksLog(microsocks.openLog), 'by the proxy'],
];
const versionOf = (scheme: string): number => (scheme.startsWith('socks4') ? 4 : 5);

describe.each(ENGINES)('SOCKS on $name', (engine) => {
  const lab = useConnections(engine);

  describe.each(WAYS)('%s%s', (prefix, address, read, lookedUp) => {
    const proxy = `${prefix}${address}`;
    let before: number;
    beforeEach(async () => {
      before = (await read()).length;
    });
    const asked = (count: number) =>
      readUntil(
        async () => (await read()).slice(before),
        (lines) => lines.length >= count,
      );

    test.each(SCHEMES)(
      `an %s: target by name: the name is looked up ${lookedUp}, and three calls share a tunnel`,
      async (scheme) => {
        const there = lab.to(scheme, proxy, { host: 'localhost' });
        for (let i = 0; i < 3; i += 1) {
          expect((await there.request(get(`/${i}`))).body).toBe('hello');
        }
        const { port } = lab.origins[scheme];
        const lines = await asked(1);
        expect(lines).toHaveLength(1);
        // localhost may have ::1 first, where nobody listens.
        if (lookedUp === 'here') expect(lines[0]).toMatchObject({ host: '127.0.0.1', port });
        else expect(lines[0]).toMatchObject({ host: 'localhost', port });
        if ('version' in (lines[0] ?? {})) {
          expect(lines[0]).toMatchObject({ version: versionOf(prefix) });
        }
      },
    );

    test.each(SCHEMES)('an %s: target by address goes as it is', async (scheme) => {
      expect((await lab.to(scheme, proxy).request(get('/'))).body).toBe('hello');
      const { port } = lab.origins[scheme];
      expect(await asked(1)).toMatchObject([{ host: '127.0.0.1', port }]);
    });

    test(
      lookedUp === 'here'
        ? 'a name that the proxy alone knows is a ConnectionError whose hint names the scheme that leaves it to the proxy'
        : 'a name that the proxy alone knows is reached',
      async () => {
        const call = lab.to('https', proxy, { host: squid.originName }).request(get('/'));
        if (lookedUp === 'by the proxy') {
          expect((await call).body).toBe('hello');
          expect(await asked(1)).toMatchObject([{ host: squid.originName }]);
          return;
        }
        expect(await rejection(call)).toMatchObject({
          ...{ code: 'SDK_CONNECTION', requestSent: 'no' },
          hint: expect.stringContaining(versionOf(prefix) === 4 ? 'socks4a://' : 'socks5h://'),
        });
        expect((await read()).slice(before)).toEqual([]);
      },
    );
  });

  describe.each([
    ['dante', dante],
    ['microsocks', microsocks],
  ])('%s with a user', (_, server) => {
    const url = `socks5h://${server.user}`;
    const { username, password } = server;

    test.each(SCHEMES)('takes userinfo and credentials for an %s: target', async (scheme) => {
      const named = withUserinfo(url, username, password);
      expect((await lab.to(scheme, named).request(get('/'))).body).toBe('hello');
      const asked = lab.to(scheme, { url, credentials: { username, password } });
      expect((await asked.request(get('/'))).body).toBe('hello');
      expect(lab.origins[scheme].seen).toHaveLength(2);
    });

    test.each(SCHEMES)(
      'a wrong password for an %s: target is a ProxyError of phase auth, and the origin hears nothing',
      async (scheme) => {
        const named = withUserinfo(url, username, 'canary-wrong');
        const error = await rejection(lab.to(scheme, named).request(get('/')));
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no', retryable: false },
          hint: expect.stringContaining('password'),
        });
        expect(JSON.stringify(error)).not.toContain('canary');
        expect(lab.origins[scheme].seen).toEqual([]);
      },
    );

    test('no credentials are a ProxyError of phase auth that says where to give them', async () => {
      expect(await rejection(lab.to('https', url).request(get('/')))).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'auth' },
        hint: expect.stringContaining('httpProxy.credentials'),
      });
    });
  });

  test('dante notes the user, and no tunnel where the password was wrong', async () => {
    const { user, username, password, userLog } = dante;
    const url = `socks5://${user}`;
    const before = (await readDanteLog(userLog)).length;
    await rejection(lab.to('https', withUserinfo(url, username, 'wrong')).request(get('/')));
    await lab.to('https', withUserinfo(url, username, password)).request(get('/'));
    const { port } = lab.origins.https;
    const lines = await readUntil(
      async () => (await readDanteLog(userLog)).slice(before).filter((line) => line.port === port),
      (found) => found.length > 0,
    );
    expect(lines).toEqual([{ username, host: '127.0.0.1', port }]);
  });

  test('dante carries SOCKS4 as well', async () => {
    const url = `socks4://${dante.open}`;
    for (const scheme of SCHEMES) {
      expect((await lab.to(scheme, url).request(get('/'))).body).toBe('hello');
    }
  });

  test('SOCKS4a to dante, which knows SOCKS4 alone, is a ProxyError of phase tunnel', async () => {
    const there = lab.to('https', `socks4a://${dante.open}`, { host: 'localhost' });
    expect(await rejection(there.request(get('/')))).toMatchObject({
      ...{ code: 'SDK_PROXY', phase: 'tunnel', requestSent: 'no' },
      message: expect.stringContaining('91'),
    });
  });

  test('a target where nobody listens is a ProxyError of phase tunnel with the reply in words', async () => {
    const endpoint = 'https://127.0.0.1:1';
    for (const { open } of [dante, microsocks]) {
      const there = lab.to('https', `socks5h://${open}`, { endpoint });
      expect(await rejection(there.request(get('/')))).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'tunnel', requestSent: 'no' },
        message: expect.stringContaining('connection refused by the target'),
      });
    }
  });

  test('SOCKS to squid, which waits for the rest of a request, ends as a TimeoutError of phase proxy', async () => {
    const toHttp = lab.to('https', squid.open.replace('http:', 'socks5h:'), {
      timeouts: { proxyMs: 700 },
    });
    expect(await rejection(toHttp.request(get('/')))).toMatchObject({
      ...{ code: 'SDK_TIMEOUT', phase: 'proxy', requestSent: 'no' },
    });
  });

  test.each(SCHEMES)(
    'HTTP to microsocks for an %s: target is a failure with a hint',
    async (scheme) => {
      const toSocks = lab.to(scheme, `http://${microsocks.open}`);
      expect(await rejection(toSocks.request(get('/')))).toMatchObject({
        code: scheme === 'https' ? 'SDK_PROXY' : 'SDK_CONNECTION',
        hint: expect.stringMatching(
          scheme === 'https' ? /SOCKS proxy at this port/ : /^Check that a proxy listens/,
        ),
      });
      expect(lab.origins[scheme].seen).toEqual([]);
    },
  );

  test('a hundred calls at once through dante are all answered', async () => {
    const there = lab.to('https', `socks5h://${dante.open}`);
    const calls = Array.from({ length: 100 }, (_, i) => there.request(get(`/${i}`)));
    for (const { body } of await Promise.all(calls)) expect(body).toBe('hello');
    expect(new Set(lab.origins.https.seen.map(({ url }) => url)).size).toBe(100);
  });
});
