import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { HeaderBag, RequestSpec } from '@sdk/common';
import type { Echo } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection } from './stand.js';

async function echoOf(spec: RequestSpec, base = ''): Promise<Echo> {
  const server = await origin();
  return (await connect(server.url + base).request<Echo>(spec)).body;
}

describe('the target of a request', () => {
  test.each([
    ['a path as written', '', '/v2/droplets', '/v2/droplets'],
    ['nothing', '', '', '/'],
    ['nothing below a base', '/base/', '', '/base'],
    ['below a base with a slash', '/base/', '/x', '/base/x'],
    ['a path with doubled slashes and dots', '', '/b//k/../x/./', '/b//k/../x/./'],
    [
      'segments',
      '',
      ['a b', 'c/d', 'é', "!'()*", '~-._'],
      '/a%20b/c%2Fd/%C3%A9/%21%27%28%29%2A/~-._',
    ],
    ['segments below a base', '/v1', ['zones', 'x?y#z'], '/v1/zones/x%3Fy%23z'],
  ])('is byte for byte %s', async (_name, base, path, expected) => {
    expect((await echoOf({ method: 'GET', path }, base)).url).toBe(expected);
  });

  test('has a query by RFC 3986, in order, repeated for arrays, without undefined members', async () => {
    const query = { b: 'x y+z', a: [1, true], none: undefined, 'k&': 'é', empty: '' };
    const { url } = await echoOf({ method: 'GET', path: '/q', query });
    expect(url).toBe('/q?b=x%20y%2Bz&a=1&a=true&k%26=%C3%A9&empty=');
  });

  test('adds its query behind one that is written', async () => {
    expect((await echoOf({ method: 'GET', path: '/q?uploads', query: { a: 1 } })).url).toBe(
      '/q?uploads&a=1',
    );
  });

  test.each([
    ['a path without a slash', 'v2/x', /begin with \//],
    ['a path with a line break', '/x\r\nHost: evil', /cannot stand in a URL/],
    ['a path with a space', '/a b', /cannot stand in a URL/],
    ['a path with a fragment', '/a#b', /cannot stand in a URL/],
    ['an empty segment', ['droplets', ''], /empty segment/],
    ['a segment that leads upwards', ['droplets', '..'], /leads to another place/],
    ['a segment that is no string', ['droplets', 7 as unknown as string], /not a string|a number/],
    ['half of a surrogate pair', ['\ud800'], /surrogate/],
    ['a path that is no path', 7 as unknown as string, /a string or an array/],
  ])('refuses %s before anything is sent', async (_name, path, message) => {
    const server = await origin();
    const error = await rejection(connect(server.url).request({ method: 'DELETE', path }));
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'path',
      message: expect.stringMatching(message),
    });
    expect(server.requests).toHaveLength(0);
  });

  test('refuses a query value that is neither text, number nor boolean', async () => {
    const server = await origin();
    const query = { a: { deep: 1 } as unknown as string };
    const error = await rejection(connect(server.url).request({ method: 'GET', path: '/', query }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'query.a' });
  });
});

describe('the headers of a request', () => {
  const valueOf = (echo: Echo, name: string): string[] =>
    echo.headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);

  test('name the SDK, what is accepted, and its codings', async () => {
    const echo = await echoOf({ method: 'GET', path: '/' });
    expect(valueOf(echo, 'user-agent')[0]).toMatch(/^sdk-common\/\d+\.\d+\.\d+ node\/\d+\./);
    expect(valueOf(echo, 'accept')).toEqual(['application/json']);
    expect(valueOf(echo, 'accept-encoding')).toEqual(['gzip, deflate, br']);
  });

  test('ask for a stream as it is stored', async () => {
    const server = await origin();
    const { body } = await connect(server.url).request<NodeJS.ReadableStream>({
      method: 'GET',
      path: '/',
      expect: 'stream',
    });
    body.resume();
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test("put the user's own agent in front", async () => {
    const server = await origin();
    await connect(server.url, { userAgent: 'backup-tool/2.1' }).request({
      method: 'GET',
      path: '/',
    });
    expect(server.requests[0]?.headers['user-agent']).toMatch(/^backup-tool\/2\.1 sdk-common\//);
  });

  test('are those of the connection, under those of the request, under those of the call', async () => {
    class Layered extends BaseConnection {
      protected override defaultHeaders(): Record<string, string | undefined> {
        return { 'X-A': 'connection', 'X-B': 'connection', 'X-C': 'connection', 'X-D': undefined };
      }
    }
    const server = await origin();
    const connection = keep(new Layered({ endpoint: server.url, env: {} }));
    await connection.request(
      {
        method: 'GET',
        path: '/',
        headers: { 'x-b': 'request', 'x-c': 'request', 'X-D': undefined },
      },
      { headers: { 'X-C': 'call', 'X-E': undefined } },
    );
    expect(server.requests[0]?.headers).toMatchObject({
      'x-a': 'connection',
      'x-b': 'request',
      'x-c': 'call',
    });
    expect(
      server.requests[0]?.rawHeaders.filter((each) => each.toLowerCase() === 'x-c'),
    ).toHaveLength(1);
    expect(server.requests[0]?.headers).not.toHaveProperty('x-d');
  });

  test.each([
    ['a line break in a value', { 'X-A': 'canary-7\r\nX-B: 1' }, 'headers.X-A'],
    ['a character beyond Latin-1', { 'X-A': 'canary-7 €' }, 'headers.X-A'],
    ['a name that is no token', { 'X A': 'canary-7' }, 'headers'],
    ['a value that is no string', { 'X-A': 7 as unknown as string }, 'headers.X-A'],
    [
      'credentials of a proxy',
      { 'proxy-authorization': 'Basic canary-7' },
      'headers.Proxy-Authorization',
    ],
    ['Host', { Host: 'canary-7' }, 'headers.Host'],
    ['Content-Length', { 'content-length': '7' }, 'headers.content-length'],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, 'headers.Transfer-Encoding'],
    ['Connection', { connection: 'close' }, 'headers.connection'],
  ])('of a call cannot hold %s', async (_name, headers, field) => {
    const server = await origin();
    const error = await rejection(
      connect(server.url).request({ method: 'GET', path: '/' }, { headers }),
    );
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field });
    expect(JSON.stringify(error)).not.toContain('canary-7');
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    [5, 'Give a text: String(value).'],
    [['a', 'b'], "Join a list: value.join(', ')."],
    [new Date(0), 'Write a date as text: value.toUTCString().'],
    ['canary-7\n', 'A file that is read whole ends in a line break: .trim() removes it.'],
    ['canary-7\nX: 1', 'Encode the value, for instance by encodeURIComponent.'],
  ])('of a call that hold %j are refused with what to write', async (value, hint) => {
    const headers = { 'X-A': value as string };
    const error = await rejection(
      connect('http://h').request({ method: 'GET', path: '/' }, { headers }),
    );
    expect(error).toMatchObject({ field: 'headers.X-A', hint });
    expect(error.message).not.toContain('canary-7');
  });

  test('cannot be broken by a token with a line break, which is not shown', async () => {
    class Careless extends BaseConnection {
      protected override authorize(headers: HeaderBag): void {
        headers.set('Authorization', 'Bearer canary-7\n');
      }
    }
    const server = await origin();
    const connection = keep(new Careless({ endpoint: server.url, env: {} }));
    const error = await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'headers.Authorization' });
    expect(JSON.stringify(error)).not.toContain('canary-7');
    expect(server.requests).toHaveLength(0);
  });
});

describe('a request', () => {
  test('is refused by name where a key is not known, and its stream is let go', async () => {
    const server = await origin();
    const { Readable } = await import('node:stream');
    const body = Readable.from(['x']);
    const spec = { method: 'PUT', path: '/', body, qeury: {} } as RequestSpec;
    const error = await rejection(connect(server.url).request(spec));
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringContaining('did you mean "query"'),
    });
    expect(body.destroyed).toBe(true);
  });

  test('is refused for a method that is none', async () => {
    const server = await origin();
    const error = await rejection(connect(server.url).request({ method: 'GET /\r\n', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'method' });
  });

  test('reads own members only, so that nothing on Object.prototype speaks', async () => {
    const server = await origin();
    const spoilt = Object.prototype as Record<string, unknown>;
    const connection = connect(server.url);
    Object.assign(spoilt, {
      httpProxy: 'http://127.0.0.1:1',
      body: 'evil',
      headers: { 'x-evil': '1' },
      expect: 'text',
    });
    try {
      const { body } = await connection.request<Echo>({ method: 'POST', path: '/' });
      expect(body.bodyBytes).toBe(0);
      expect(server.requests[0]?.headers).not.toHaveProperty('x-evil');
      const made = new BaseConnection({ endpoint: server.url, env: {} });
      await made.request({ method: 'GET', path: '/' });
      await made.close();
    } finally {
      for (const key of ['httpProxy', 'body', 'headers', 'expect']) delete spoilt[key];
    }
    expect(server.requests).toHaveLength(2);
  });

  test('runs a thousand at once over two proxies, and mixes nothing up', async () => {
    const [server, a, b] = await Promise.all([origin(), proxy(), proxy()]);
    const connection = connect(server.url, { httpProxy: a.url });
    const calls = Array.from({ length: 1_000 }, async (_, i) => {
      const { body, decision } = await connection.request<Echo>(
        { method: 'GET', path: ['n', String(i)], headers: { 'X-Number': String(i) } },
        i % 2 === 0 ? undefined : { httpProxy: b.url },
      );
      expect(body.url).toBe(`/n/${i}`);
      expect(body.headers.find(([name]) => name.toLowerCase() === 'x-number')?.[1]).toBe(String(i));
      expect(decision).toMatchObject(
        i % 2 === 0 ? { proxy: a.url, decidedBy: 'instance' } : { proxy: b.url, decidedBy: 'call' },
      );
    });
    await Promise.all(calls);
    expect([a.stats.forwards, b.stats.forwards]).toEqual([500, 500]);
  });
});
