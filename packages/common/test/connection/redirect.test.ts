import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { ResponseError } from '@sdk/common';
import type { Origin } from '@sdk/testing';
import { until } from '@sdk/testing';
import { connect, origin, proxy, rejection, send } from './stand.js';

/** An origin that sends `/from` on, and answers everything else. */
function redirecting(
  status: number,
  location: string,
  body: string | Buffer = 'moved',
): Promise<Origin> {
  return origin((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.url?.startsWith('/from')) response.writeHead(status, { location }).end(body);
      else response.end('{"at":"the end"}');
    });
  });
}

const summary = ({ requests }: Origin): string[] =>
  requests.map(({ method, url, body }) => `${method} ${url} ${body.toString()}`.trim());

describe('a redirect to the same origin', () => {
  test.each([
    ['GET', 301, 'GET'],
    ['GET', 302, 'GET'],
    ['GET', 303, 'GET'],
    ['GET', 307, 'GET'],
    ['GET', 308, 'GET'],
    ['HEAD', 301, 'HEAD'],
    ['HEAD', 303, 'HEAD'],
    ['DELETE', 302, 'DELETE'],
    ['DELETE', 303, 'GET'],
  ])('of a %s by %d is followed by a %s', async (method, status, then) => {
    const server = await redirecting(status, '/to?x=1');
    const { status: last, attempts } = await send(server, { method, path: '/from' });
    expect(last).toBe(200);
    expect(attempts).toBe(2);
    expect(summary(server)).toEqual([`${method} /from`, `${then} /to?x=1`]);
  });

  test.each([
    ['POST', 301],
    ['POST', 302],
    ['POST', 303],
    ['PUT', 303],
  ])(
    'of a %s by %d becomes a GET without body and without headers of one',
    async (method, status) => {
      const server = await redirecting(status, '/to');
      const headers = { 'Content-MD5': 'x', 'Content-Language': 'la', 'X-Kept': 'k' };
      await send(server, { method, path: '/from', json: { a: 1 }, headers });
      expect(summary(server)).toEqual([`${method} /from {"a":1}`, 'GET /to']);
      const names = Object.keys(server.requests[1]?.headers ?? {});
      expect(
        names.filter((name) => name.startsWith('content-') || name === 'transfer-encoding'),
      ).toEqual([]);
      expect(server.requests[1]?.headers['x-kept']).toBe('k');
    },
  );

  test.each([
    ['PUT', 301],
    ['PUT', 302],
    ['POST', 307],
    ['POST', 308],
    ['PATCH', 301],
  ])('of a %s by %d keeps its method and its body', async (method, status) => {
    const server = await redirecting(status, '/to');
    await send(server, { method, path: '/from', json: { a: 1 } });
    expect(summary(server)).toEqual([`${method} /from {"a":1}`, `${method} /to {"a":1}`]);
    expect(server.requests[1]?.headers['content-type']).toBe('application/json');
  });

  test('opens a stream again, where a function opens it', async () => {
    const server = await redirecting(307, '/to');
    let opened = 0;
    const body = () => Readable.from([`piece ${(opened += 1)}`], { objectMode: false });
    await send(server, { method: 'PUT', path: '/from', body, sizeBytes: 7 });
    expect(summary(server)).toEqual(['PUT /from piece 1', 'PUT /to piece 2']);
    expect(server.requests[1]?.headers['content-length']).toBe('7');
  });

  test('with a body that can be read once is an error that says so', async () => {
    const server = await redirecting(307, '/to');
    const body = Readable.from(['once'], { objectMode: false });
    const error = await rejection<ResponseError>(
      send(server, { method: 'PUT', path: '/from', body }),
    );
    expect(error).toMatchObject({ code: 'SDK_RESPONSE', status: 307 });
    expect(error.hint).toContain('a stream that can be read once');
    expect(server.requests).toHaveLength(1);
  });

  test('needs no body that can be read once where it becomes a GET', async () => {
    const server = await redirecting(303, '/to');
    const body = Readable.from(['once'], { objectMode: false });
    await send(server, { method: 'POST', path: '/from', body });
    expect(summary(server)).toEqual(['POST /from once', 'GET /to']);
  });

  test('that comes before a long body was sent is followed without the rest', async () => {
    const server = await origin((request, response) => {
      if (request.url === '/from') response.writeHead(303, { location: '/to' }).end();
      else response.end('{}');
    });
    let pieces = 0;
    const body = (): AsyncIterable<Uint8Array> =>
      (async function* () {
        for (; pieces < 10_000; pieces += 1) yield Buffer.alloc(65_536);
      })();
    const { status } = await send(server, { method: 'POST', path: '/from', body });
    expect(status).toBe(200);
    expect(pieces).toBeLessThan(10_000);
    expect(server.requests.map(({ url }) => url)).toEqual(['/from', '/to']);
  });

  test('that comes before a long body was sent is followed by a body that is opened anew', async () => {
    const server = await origin((request, response) => {
      if (request.url === '/from') response.writeHead(307, { location: '/to' }).end();
      else {
        request.resume();
        request.on('end', () => response.end('{}'));
      }
    });
    let opened = 0;
    const body = (): AsyncIterable<Uint8Array> => {
      opened += 1;
      return (async function* () {
        for (let i = 0; i < 200; i += 1) yield Buffer.alloc(65_536, opened);
      })();
    };
    const { status } = await send(server, { method: 'PUT', path: '/from', body });
    expect([status, opened]).toEqual([200, 2]);
    const [, second] = server.requests;
    expect(second).toMatchObject({ url: '/to', bodyBytes: 200 * 65_536 });
  });

  test('is resolved against the current place, and its path is sent byte for byte', async () => {
    const places = ['next?a=1', '?b=2', '/k//./x/../%7e', `//127.0.0.1:PORT/end#top`];
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      const location = places[count++]?.replace('PORT', String(server.port));
      response.writeHead(
        location === undefined ? 200 : 302,
        location === undefined ? {} : { location },
      );
      response.end();
    });
    await send(server, { path: '/one/two' });
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/one/two',
      '/one/next?a=1',
      '/one/next?b=2',
      '/k//./x/../%7e',
      '/end',
    ]);
  });

  test('leaves its socket to the next hop where its body is short, and destroys a long one', async () => {
    const short = await redirecting(302, '/to', 'x'.repeat(20_000));
    await send(short, { path: '/from' });
    expect(short.connections).toBe(1);
    const long = await redirecting(302, '/to', Buffer.alloc(4_000_000));
    await send(long, { path: '/from' });
    expect(long.connections).toBe(2);
    await until(() => long.openSockets() <= 1);
  });

  test('that is listed as success is an answer', async () => {
    const server = await redirecting(302, '/to');
    const spec = { path: '/from', success: [302], expect: 'text' } as const;
    expect(await send(server, spec)).toMatchObject({ status: 302, body: 'moved' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([300, 304, 305])('is none where the status is %d', async (status) => {
    const server = await redirecting(status, '/to', '');
    expect(await rejection(send(server, { path: '/from' }))).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  });

  test('is one attempt in the journal of an error that comes after it', async () => {
    const server = await origin((request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: '/gone' }).end();
      else response.writeHead(404).end();
    });
    const error = await rejection<ResponseError>(send(server, { path: '/from' }));
    expect(error.message).toBe('GET /gone was answered 404');
    expect(error.attempts).toMatchObject([
      { number: 1, status: 302, redirectedTo: server.url },
      { number: 2, status: 404, code: 'SDK_NOT_FOUND' },
    ]);
  });

  test('is decided anew for each hop', async () => {
    const [server, gate] = [await redirecting(302, '/to'), await proxy()];
    let asked = 0;
    await connect(server.url, {
      httpProxy: () => ((asked += 1) === 1 ? false : gate.url),
    }).request({ method: 'GET', path: '/from' });
    expect(asked).toBe(2);
    expect(gate.stats.targets).toEqual([`${server.url}/to`]);
  });
});

describe('what a redirect leads to', () => {
  test('is bounded by the total of the call, together with the redirect', async () => {
    const server = await origin((request, response) => {
      const n = Number(request.url?.slice(1));
      setTimeout(() => response.writeHead(302, { location: `/${n + 1}` }).end(), 150).unref();
    });
    const started = performance.now();
    const error = await rejection(
      connect(server.url).request({ method: 'GET', path: '/0' }, { timeouts: { totalMs: 400 } }),
    );
    expect(error).toMatchObject({ code: 'SDK_TIMEOUT', phase: 'total', timeoutMs: 400 });
    expect(performance.now() - started).toBeLessThan(1400);
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  test('is left by an abort with the caller’s reason', async () => {
    const controller = new AbortController();
    const server = await origin((request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: '/hang' }).end();
      else controller.abort(new Error('enough'));
    });
    const call = connect(server.url).request(
      { method: 'GET', path: '/from' },
      { signal: controller.signal },
    );
    expect((await rejection(call)).message).toBe('enough');
  });

  test('fails without a repetition where a POST was processed before', async () => {
    const server = await origin((request, response) => {
      request.resume();
      if (request.method === 'POST') response.writeHead(303, { location: '/result' }).end();
      else response.writeHead(429, { 'retry-after': '0' }).end();
    });
    const error = await rejection(send(server, { method: 'POST', path: '/jobs', json: {} }));
    expect(error).toMatchObject({ code: 'SDK_RATE_LIMIT' });
    expect(summary(server)).toEqual(['POST /jobs {}', 'GET /result']);
  });

  test('says that the origin has seen a processed POST, though its result could not be reached', async () => {
    const closed = await origin();
    await closed.close();
    const server = await origin((request, response) => {
      request.resume();
      response.writeHead(303, { location: `${closed.url}/result` }).end();
    });
    const spec = { method: 'POST', path: '/jobs', json: {}, redirect: 'any' } as const;
    const error = await rejection(send(server, spec));
    expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'yes' });
    expect(server.requests).toHaveLength(1);
  });

  test('is repeated from the start where a GET may be', async () => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      if (request.url === '/from') response.writeHead(302, { location: '/to' }).end();
      else response.writeHead((count += 1) === 1 ? 503 : 200).end('{}');
    });
    const { attempts } = await send(server, { path: '/from' });
    expect(attempts).toBe(4);
    expect(server.requests.map(({ url }) => url)).toEqual(['/from', '/to', '/from', '/to']);
  });

  test('is handed over as a stream where the request asks for one', async () => {
    const server = await redirecting(302, '/bytes');
    const { body } = await send(server, { path: '/from', expect: 'stream' });
    const pieces: Buffer[] = [];
    for await (const piece of body as Readable) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).toString()).toBe('{"at":"the end"}');
  });
});
