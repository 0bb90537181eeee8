import { beforeEach, describe, expect, test } from '@jest/globals';
import type { HttpProxy, ProxyCredentials, ProxyCredentialsRequest } from '@sdk/common';
import { readSquidLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections } from './connections.js';
import { ENGINES } from './engines.js';

const { squidNegotiate } = readEndpoints();
const { url, principal, accessLog } = squidNegotiate;
const negotiate: HttpProxy = { url, credentials: { scheme: 'negotiate' } };

describe.each(ENGINES)('Negotiate on $name', (engine) => {
  const lab = useConnections(engine);
  let before: number;
  beforeEach(async () => {
    before = (await readSquidLog(accessLog)).length;
  });
  const noted = async (count: number) => {
    await lab.close();
    const lines = await readUntil(
      async () => (await readSquidLog(accessLog)).slice(before),
      (found) => found.length >= count,
    );
    return lines.map(({ method, status, username }) => [method, status, username]);
  };

  test('the ticket of the process opens a tunnel at the first leg, and three calls share it', async () => {
    const there = lab.to('https', negotiate);
    for (let i = 0; i < 3; i += 1) expect((await there.request(get(`/${i}`))).body).toBe('hello');
    expect(lab.origins.https.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(await noted(1)).toEqual([['CONNECT', 200, principal]]);
  });

  test('each tunnel has a token of its own', async () => {
    lab.origins.https.answerWith(200, { connection: 'close' });
    const there = lab.to('https', negotiate);
    for (let i = 0; i < 3; i += 1) expect((await there.request(get(`/${i}`))).body).toBe('hello');
    expect(await noted(3)).toEqual(Array.from({ length: 3 }, () => ['CONNECT', 200, principal]));
  });

  test('twenty tunnels at once are all opened', async () => {
    const there = lab.to('https', negotiate);
    const calls = Array.from({ length: 20 }, (_, i) => there.request(get(`/${i}`)));
    for (const { body } of await Promise.all(calls)) expect(body).toBe('hello');
    for (const line of await noted(2)) expect(line).toEqual(['CONNECT', 200, principal]);
  });

  test('an http: target is asked for in absolute-form, with its body, and reaches the origin each time', async () => {
    const there = lab.to('http', negotiate);
    const body = 'x'.repeat(100_000);
    for (let i = 0; i < 3; i += 1) {
      const put = { method: 'PUT', path: `/${i}`, body, expect: 'text' } as const;
      expect((await there.request(put)).body).toBe('hello');
    }
    expect(lab.origins.http.seen.map(({ sizeBytes }) => sizeBytes)).toEqual([
      ...[body.length, body.length, body.length],
    ]);
    expect(lab.origins.http.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    const passed = (await noted(3)).filter(([, status]) => status === 200);
    expect(passed).toEqual(Array.from({ length: 3 }, () => ['PUT', 200, principal]));
  });

  test("tunnel: 'always' takes a tunnel to an http: target", async () => {
    const there = lab.to('http', { ...(negotiate as object), tunnel: 'always' } as HttpProxy);
    expect((await there.request(get('/'))).body).toBe('hello');
    expect(await noted(1)).toEqual([['CONNECT', 200, principal]]);
  });

  test.each(['http', 'https'] as const)(
    'a service that the KDC does not know is a ProxyError of phase auth for an %s: target, and squid hears of no origin',
    async (scheme) => {
      const servicePrincipal = 'HTTP@nobody.lab.test';
      const credentials = { scheme: 'negotiate', servicePrincipal } as const;
      const error = await rejection(lab.to(scheme, { url, credentials }).request(get('/')));
      expect(error).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'auth', requestSent: 'no', tried: ['Negotiate'] },
        hint: expect.stringContaining('servicePrincipal'),
      });
      expect(lab.origins[scheme].seen).toEqual([]);
    },
  );

  test('a function for credentials is not asked again where the proxy refused nothing', async () => {
    const servicePrincipal = 'HTTP@nobody.lab.test';
    const asked: number[] = [];
    const credentials = ({ attempt }: ProxyCredentialsRequest): ProxyCredentials => {
      asked.push(attempt);
      return { scheme: 'negotiate', servicePrincipal };
    };
    const error = await rejection(lab.to('https', { url, credentials }).request(get('/')));
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', refused: false });
    expect(asked).toEqual([1]);
  });

  test.each(['http', 'https'] as const)(
    'a password for an %s: target, where squid offers Negotiate alone, is a ProxyError that says so',
    async (scheme) => {
      const credentials = { username: 'ada', password: 'canary-1' };
      const error = await rejection(lab.to(scheme, { url, credentials }).request(get('/')));
      expect(error).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'auth', status: 407 },
        ...{ schemes: ['Negotiate'], tried: ['Basic'] },
      });
      expect(JSON.stringify(error)).not.toContain('canary');
    },
  );

  test('no credentials: the error names the scheme that squid offers', async () => {
    expect(await rejection(lab.to('https', url).request(get('/')))).toMatchObject({
      ...{ code: 'SDK_PROXY', phase: 'auth', status: 407, schemes: ['Negotiate'], tried: [] },
    });
  });
});
