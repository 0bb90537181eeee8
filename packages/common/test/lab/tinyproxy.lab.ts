import { describe, expect, test } from '@jest/globals';
import { readTinyproxyLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections, withUserinfo } from './connections.js';
import { ENGINES } from './engines.js';

const { tinyproxy } = readEndpoints();
const named = (password: string) => withUserinfo(tinyproxy.basic, tinyproxy.username, password);

const noted = (log: string, since: number, count: number) =>
  readUntil(
    async () => (await readTinyproxyLog(log)).slice(since),
    (lines) => lines.length >= count,
  );

describe.each(ENGINES)('tinyproxy on $name', (engine) => {
  const lab = useConnections(engine);

  describe.each([
    ['open', tinyproxy.open, tinyproxy.openLog],
    ['with Basic credentials', named(tinyproxy.password), tinyproxy.basicLog],
  ])('through a tinyproxy %s', (_, httpProxy, log) => {
    test('an http: target is asked for in absolute-form', async () => {
      const since = (await readTinyproxyLog(log)).length;
      const path = '/absolute?x=%20y';
      expect((await lab.to('http', httpProxy).request(get(path))).body).toBe('hello');
      const target = `http://${lab.authority('http')}${path}`;
      expect(await noted(log, since, 1)).toEqual([{ method: 'GET', target }]);
      expect(lab.origins.http.seen.at(-1)?.headers).not.toHaveProperty('proxy-authorization');
    });

    test('its HTTP/1.0 answer to CONNECT opens a tunnel, which three calls share', async () => {
      const since = (await readTinyproxyLog(log)).length;
      const there = lab.to('https', httpProxy);
      for (let i = 0; i < 3; i += 1) {
        expect((await there.request(get(`/tunnel-${i}`))).body).toBe('hello');
      }
      const target = lab.authority('https');
      expect(await noted(log, since, 1)).toEqual([{ method: 'CONNECT', target }]);
      expect(lab.origins.https.seen.at(-1)?.headers).not.toHaveProperty('proxy-authorization');
    });
  });

  describe.each([
    ['a CONNECT', 'https', 'https'],
    ['an absolute-form request', 'http', 'https'],
    ["a CONNECT by tunnel: 'always'", 'http', 'always'],
  ] as const)('to %s', (_, scheme, tunnel) => {
    test.each([
      ['no credentials', tinyproxy.basic, 407, []],
      ['a wrong password, which it answers with 401,', named('canary-wrong'), 401, ['Basic']],
    ])(
      '%s is a ProxyError of phase auth and never an AuthenticationError, and the origin hears nothing',
      async (_name, url, status, tried) => {
        const error = await rejection(lab.to(scheme, { url, tunnel }).request(get('/refused')));
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'auth', status, tried },
          ...{ requestSent: 'no', schemes: ['Basic'] },
        });
        expect(JSON.stringify(error)).not.toContain('canary');
        expect(lab.origins[scheme].seen).toEqual([]);
      },
    );
  });

  test('a 401 of the origin itself comes through it as an AuthenticationError', async () => {
    lab.origins.http.answerWith(401);
    const error = await rejection(lab.to('http', named(tinyproxy.password)).request(get('/yours')));
    expect(error).toMatchObject({ code: 'SDK_AUTHENTICATION', status: 401 });
    expect(lab.origins.http.seen).toHaveLength(1);
  });

  test('a hundred http: calls one after another succeed, however often tinyproxy closes a connection silently', async () => {
    const there = lab.to('http', tinyproxy.open, { retry: undefined });
    for (let i = 0; i < 100; i += 1) {
      expect((await there.request(get(`/kept-${i}`))).body).toBe('hello');
    }
  });
});
