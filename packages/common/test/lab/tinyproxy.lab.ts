import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BaseConnection, type HttpProxy } from '@sdk/common';
import { readTinyproxyLog, readUntil } from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { originTls, startOrigins, type Origins } from './origins.js';

const { tinyproxy } = readEndpoints();
const withUserinfo = (password: string): string =>
  tinyproxy.basic.replace('//', `//${tinyproxy.username}:${password}@`);

let origins: Origins;
beforeAll(async () => {
  origins = await startOrigins();
});
afterAll(() => origins.close());

const open: BaseConnection[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
function connection(scheme: 'http' | 'https', httpProxy: HttpProxy): BaseConnection {
  const endpoint = `${scheme}://127.0.0.1:${origins[scheme].port}`;
  const made = new BaseConnection({ endpoint, httpProxy, tls: originTls, retry: false, env: {} });
  open.push(made);
  return made;
}

const noted = (log: string, since: number, count: number) =>
  readUntil(
    async () => (await readTinyproxyLog(log)).slice(since),
    (lines) => lines.length >= count,
  );

describe.each([
  ['open', tinyproxy.open, tinyproxy.openLog],
  ['with Basic credentials', withUserinfo(tinyproxy.password), tinyproxy.basicLog],
])('through a tinyproxy %s', (_, httpProxy, log) => {
  test('an http: target is asked for in absolute-form', async () => {
    const since = (await readTinyproxyLog(log)).length;
    const path = `/absolute-${process.pid}?x=%20y`;
    const there = connection('http', httpProxy);
    expect((await there.request({ method: 'GET', path, expect: 'text' })).body).toBe('hello');
    const target = `http://127.0.0.1:${origins.http.port}${path}`;
    expect(await noted(log, since, 1)).toEqual([{ method: 'GET', target }]);
    expect(origins.http.seen.at(-1)?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('its HTTP/1.0 answer to CONNECT opens a tunnel, which three calls share', async () => {
    const since = (await readTinyproxyLog(log)).length;
    const there = connection('https', httpProxy);
    for (let i = 0; i < 3; i += 1) {
      const spec = { method: 'GET', path: `/tunnel-${i}`, expect: 'text' } as const;
      expect((await there.request(spec)).body).toBe('hello');
    }
    const target = `127.0.0.1:${origins.https.port}`;
    expect(await noted(log, since, 1)).toEqual([{ method: 'CONNECT', target }]);
    expect(origins.https.seen.at(-1)?.headers).not.toHaveProperty('proxy-authorization');
  });
});

describe.each(['http', 'https'] as const)('for an %s: target', (scheme) => {
  test.each([
    ['no credentials', tinyproxy.basic, 407],
    ['a wrong password', withUserinfo('canary-wrong'), 401],
  ])(
    '%s: a ProxyError of phase auth, and the origin hears nothing',
    async (_, httpProxy, status) => {
      const before = origins[scheme].seen.length;
      const error: unknown = await connection(scheme, httpProxy)
        .request({ method: 'GET', path: '/refused', expect: 'text' })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'auth', status });
      expect(JSON.stringify(error)).not.toContain('canary');
      expect(origins[scheme].seen).toHaveLength(before);
    },
  );
});

test('a hundred http: calls one after another succeed, however often tinyproxy closes a connection silently', async () => {
  const there = new BaseConnection({
    endpoint: `http://127.0.0.1:${origins.http.port}`,
    httpProxy: tinyproxy.open,
    env: {},
  });
  open.push(there);
  for (let i = 0; i < 100; i += 1) {
    const spec = { method: 'GET', path: `/kept-${i}`, expect: 'text' } as const;
    expect((await there.request(spec)).body).toBe('hello');
  }
});
