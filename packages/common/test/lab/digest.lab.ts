import { Readable } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { HttpProxy, RequestBody } from '@sdk/common';
import { readApacheLog, readSquidLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';
import { proxyTls } from './origins.js';

const { apache, squidDigest } = readEndpoints();
const portOf = (url: string): number => Number(new URL(url).port);
const statuses = (lines: { status: number }[]) => lines.map(({ status }) => status);

/** Nonces are remembered for as long as the process lives, by the proxy with all its settings: these make it another one. */
let made = 0;
const unknownSoFar = (): Record<string, string> => ({ 'x-lab-proxy': String((made += 1)) });

interface Noted {
  readonly status: number;
  readonly target: string;
  readonly username: string | undefined;
  readonly port: number;
}
interface DigestProxy {
  readonly url: string;
  readonly tls?: typeof proxyTls;
  readonly username: string;
  readonly password: string;
  readonly read: () => Promise<Noted[]>;
}
const squid: DigestProxy = {
  ...squidDigest,
  read: () => readSquidLog(squidDigest.accessLog),
};
const apacheAt = (url: string): DigestProxy => {
  const { username, password, accessLog } = apache;
  return {
    ...{ url, username, password },
    read: async () => (await readApacheLog(accessLog)).filter(({ port }) => port === portOf(url)),
  };
};
const PROXIES: [string, DigestProxy][] = [
  ['squid', squid],
  ['apache', apacheAt(apache.digest)],
  ['apache under TLS', { ...apacheAt(apache.tlsDigest), tls: proxyTls }],
];

describe.each(ENGINES)('Digest on $name', (engine) => {
  const lab = useConnections(engine);

  describe.each(PROXIES)('through %s', (_, proxy) => {
    const { url, tls, username, password } = proxy;
    // Ports come again: what was noted before is another test's.
    let before: number;
    beforeEach(async () => {
      before = (await proxy.read()).length;
    });
    /** What the proxy noted about this test's origins, after its tunnels have ended. */
    const noted = async (count: number): Promise<Noted[]> => {
      await lab.close();
      const ports = [lab.origins.http.port, lab.origins.https.port];
      const isOurs = ({ target }: Noted) =>
        ports.some((port) => new RegExp(`:${port}(?:/|$)`).test(target));
      return readUntil(
        async () => (await proxy.read()).slice(before).filter(isOurs),
        (lines) => lines.length >= count,
      );
    };

    test.each<[string, (headers: Record<string, string>) => HttpProxy]>([
      ['userinfo', (headers) => ({ url: withUserinfo(url, username, password), tls, headers })],
      [
        'credentials by value',
        (headers) => ({ url, tls, headers, credentials: { username, password, scheme: 'digest' } }),
      ],
      [
        'credentials by a function',
        (headers) => ({
          ...{ url, tls, headers },
          credentials: () => Promise.resolve({ username, password }),
        }),
      ],
    ])('opens a tunnel by %s, after one 407', async (_name, settings) => {
      const there = lab.to('https', settings(unknownSoFar()));
      expect((await there.request(get('/'))).body).toBe('hello');
      expect(lab.origins.https.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
      const lines = await noted(2);
      expect(statuses(lines).sort()).toEqual([200, 407]);
      expect(lines.find(({ status }) => status === 200)?.username).toBe(username);
    });

    test('one 407 serves five tunnels one after another', async () => {
      // The origin ends each connection, so that each call opens a tunnel of its own.
      lab.origins.https.answerWith(200, { connection: 'close' });
      const credentials = { username, password, scheme: 'digest' } as const;
      const there = lab.to('https', { url, tls, credentials, headers: unknownSoFar() });
      for (let i = 0; i < 5; i += 1) {
        expect((await there.request(get(`/${i}`))).body).toBe('hello');
      }
      expect(statuses(await noted(6)).sort()).toEqual([200, 200, 200, 200, 200, 407]);
    });

    test('an http: target is asked for in absolute-form, a 407 once, and its body arrives whole', async () => {
      const credentials = { username, password, scheme: 'digest' } as const;
      const there = lab.to('http', { url, tls, credentials, headers: unknownSoFar() });
      const body = 'x'.repeat(300_000);
      const put = { method: 'PUT', path: '/upload?a=%20b', body, expect: 'text' } as const;
      expect((await there.request(put)).body).toBe('hello');
      expect((await there.request(put)).body).toBe('hello');
      expect(lab.origins.http.seen.map(({ url: path, sizeBytes }) => [path, sizeBytes])).toEqual([
        ['/upload?a=%20b', body.length],
        ['/upload?a=%20b', body.length],
      ]);
      expect(lab.origins.http.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
      expect(statuses(await noted(3)).sort()).toEqual([200, 200, 407]);
    });

    test('a body that can be opened anew survives the first 407 in absolute-form; one that cannot says how to mend it', async () => {
      const credentials = { username, password, scheme: 'digest' } as const;
      const bytes = Buffer.alloc(3_000_000, 'x');
      const put = (body: RequestBody) =>
        ({ method: 'PUT', path: '/upload', body, expect: 'text' }) as const;
      const there = () => lab.to('http', { url, tls, credentials, headers: unknownSoFar() });
      const opened = await there().request(put(() => Readable.from([bytes])));
      expect(opened.body).toBe('hello');

      const fresh = there();
      const error = await rejection(fresh.request(put(Readable.from([bytes]))));
      expect(error).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no' },
        hint: expect.stringContaining('Give a function that opens it'),
      });
      // By now it is known what the proxy asks for.
      expect((await fresh.request(put(Readable.from([bytes])))).body).toBe('hello');
      expect(lab.origins.http.seen.map(({ sizeBytes }) => sizeBytes)).toEqual([
        ...[bytes.length, bytes.length],
      ]);
    });

    test.each(['http', 'https'] as const)(
      'a wrong password for an %s: target is a ProxyError of phase auth that says what was offered and tried',
      async (scheme) => {
        const wrong = { username, password: 'canary-wrong' };
        const error = await rejection(
          lab.to(scheme, { url, tls, credentials: wrong }).request(get('/')),
        );
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'auth', status: 407, requestSent: 'no' },
          ...{ schemes: ['Digest'], tried: expect.arrayContaining(['Digest MD5']) },
        });
        expect(JSON.stringify(error)).not.toContain('canary');
        expect(lab.origins[scheme].seen).toEqual([]);
        expect(new Set(statuses(await noted(2)))).toEqual(new Set([407]));
      },
    );
  });

  test('twenty tunnels outlive the nonces that squid calls stale after fewer uses', async () => {
    const { url, username, password } = squid;
    const credentials = { username, password, scheme: 'digest' } as const;
    lab.origins.https.answerWith(200, { connection: 'close' });
    const before = (await squid.read()).length;
    const there = lab.to('https', { url, credentials, headers: unknownSoFar() });
    for (let i = 0; i < 20; i += 1) {
      expect((await there.request(get(`/${i}`))).body).toBe('hello');
    }
    await lab.close();
    const target = lab.authority('https');
    const lines = await readUntil(
      async () => (await squid.read()).slice(before).filter((line) => line.target === target),
      (found) => statuses(found).filter((status) => status === 200).length >= 20,
    );
    const refused = statuses(lines).filter((status) => status === 407).length;
    expect(statuses(lines).filter((status) => status === 200)).toHaveLength(20);
    // The first, and one for each nonce that was used up.
    expect(refused).toBeGreaterThan(1);
    expect(refused).toBeLessThanOrEqual(1 + Math.ceil(20 / squidDigest.nonceUses));
  });

  test('twenty tunnels at once are all opened, by a nonce for each of those that had none', async () => {
    const { url, username, password } = squid;
    const credentials = { username, password, scheme: 'digest' } as const;
    const there = lab.to('https', { url, credentials, headers: unknownSoFar() });
    const calls = Array.from({ length: 20 }, (_, i) => there.request(get(`/${i}`)));
    for (const { body } of await Promise.all(calls)) expect(body).toBe('hello');
    expect(new Set(lab.origins.https.seen.map(({ url: path }) => path)).size).toBe(20);
  });
});
