import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { RequestSpec, SdkError } from '@sdk/common';
import { startScriptedProxy, scripts } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { answers, connect, keep, origin, proxy, rejection, send } from './stand.js';

/** An origin that resets this many connections when a request has come, and then answers. */
function resets(times: number): Promise<Origin> {
  let count = 0;
  return origin((request, response) => {
    request.resume();
    request.on('end', () => {
      count += 1;
      if (count <= times) request.socket.resetAndDestroy();
      else response.end('{"ok":true}');
    });
  });
}

describe('is sent again', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])(
    'after %i, where its method may be repeated',
    async (status) => {
      const server = await answers([status]);
      const answer = await send(server, {});
      expect(answer).toMatchObject({ status: 200, attempts: 2 });
      expect(server.requests).toHaveLength(2);
    },
  );

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s, after a reset', async (method) => {
    const server = await resets(1);
    expect(await send(server, { method })).toMatchObject({ attempts: 2 });
  });

  test('HEAD, after a 503', async () => {
    expect(await send(await answers([503]), { method: 'HEAD' })).toMatchObject({ attempts: 2 });
  });

  test('POST, where the driver says that it may be', async () => {
    expect(await send(await resets(1), { method: 'POST', idempotent: true })).toMatchObject({
      attempts: 2,
    });
  });

  test('POST, after 429: the provider says that it did nothing', async () => {
    expect(
      await send(await answers([429, { 'retry-after': '0' }]), { method: 'POST' }),
    ).toMatchObject({ attempts: 2 });
  });

  test('POST, where nothing was sent because no connection came about', async () => {
    const port = await unusedPort();
    const connection = connect(`http://127.0.0.1:${port}`);
    const error = await rejection<SdkError>(connection.request({ method: 'POST', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'no' });
    expect(error.attempts).toHaveLength(3);
  });

  test('with a body that is a string, bytes or a function, whole each time', async () => {
    const bodies: RequestSpec['body'][] = [
      'abc',
      Buffer.from('abc'),
      () => Readable.from([Buffer.from('abc')]),
    ];
    for (const body of bodies) {
      const server = await answers([503], [503]);
      await send(server, { method: 'PUT', body });
      expect(server.requests.map((request) => request.body.toString())).toEqual([
        'abc',
        'abc',
        'abc',
      ]);
    }
  });
});

describe('is not sent again', () => {
  test.each([400, 401, 403, 404, 409, 412, 422, 501, 505])('after %i', async (status) => {
    const server = await answers([status]);
    expect(await rejection(send(server, {}))).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['POST', 'PATCH'])(
    '%s, after 503 or a reset: it may have been done',
    async (method) => {
      for (const server of [await answers([503, { 'retry-after': '0' }]), await resets(1)]) {
        await rejection(send(server, { method }));
        expect(server.requests).toHaveLength(1);
      }
    },
  );

  test('PUT, where the driver says that it must not be', async () => {
    const server = await answers([503]);
    await rejection(send(server, { method: 'PUT', idempotent: false }));
    expect(server.requests).toHaveLength(1);
  });

  test('with retry: false, by the driver or by the call', async () => {
    const server = await answers([503], [503], [503]);
    await rejection(send(server, {}, { retry: false }));
    expect(server.requests).toHaveLength(1);
    await rejection(connect(server.url).request({ method: 'GET', path: '/' }, { retry: false }));
    expect(server.requests).toHaveLength(2);
  });

  test('with a stream that has been read, and the error says what would help', async () => {
    const server = await answers([503]);
    const error = await rejection<SdkError>(
      send(server, { method: 'PUT', body: Readable.from([Buffer.from('abc')]) }),
    );
    expect(error).toMatchObject({
      code: 'SDK_SERVER',
      hint: expect.stringContaining('give a function'),
    });
    expect(server.requests).toHaveLength(1);
  });
});

test('an attempt for which no proxy could be named leaves those before it to be told', async () => {
  const server = await answers([503]);
  let asked = 0;
  const httpProxy = () => {
    asked += 1;
    if (asked > 1) throw new Error('no');
    return false as const;
  };
  const connection = connect(server.url, { httpProxy });
  const error = await rejection<SdkError>(connection.request({ method: 'GET', path: '/' }));
  expect(error).toMatchObject({
    code: 'SDK_PROXY',
    phase: 'resolve',
    attempts: [{ number: 1, status: 503 }],
  });
});

test('what would help is said beside what else is to be done', async () => {
  const [server, gate] = [await answers([503]), await proxy()];
  const connection = connect(server.url, { httpProxy: gate.url });
  const body = Readable.from([Buffer.from('abc')]);
  const error = await rejection<SdkError>(connection.request({ method: 'PUT', path: '/', body }));
  expect(error.hint).toMatch(/tunnel: 'always'.*give a function/);
});

describe('a stream', () => {
  test('that nobody has read yet is sent when the way opens', async () => {
    let count = 0;
    const server = await origin();
    const gate = keep(
      await startScriptedProxy((socket, api) => {
        count += 1;
        if (count > 1) return scripts.tunnel()(socket, api);
        return scripts.refuse(503)(socket, api);
      }),
    );
    const connection = connect(server.url, { httpProxy: { url: gate.url, tunnel: 'always' } });
    const answer = await connection.request({
      method: 'PUT',
      path: '/',
      body: Readable.from([Buffer.from('abc')]),
    });
    expect(answer.attempts).toBe(2);
    expect(server.requests[0]?.body.toString()).toBe('abc');
  });
});

describe('the number of attempts', () => {
  test('is three unless something else is said, and the error lists them', async () => {
    const server = await answers([503], [502], [500], [200]);
    const error = await rejection<SdkError>(send(server, {}));
    expect(error).toMatchObject({ code: 'SDK_SERVER', status: 500 });
    expect(error.attempts).toMatchObject([
      {
        number: 1,
        way: 'direct',
        proxy: null,
        status: 503,
        code: 'SDK_SERVER',
        delayMs: expect.any(Number),
      },
      { number: 2, status: 502, delayMs: expect.any(Number) },
      { number: 3, status: 500 },
    ]);
    expect(error.attempts?.[2]).not.toHaveProperty('delayMs');
    expect(server.requests).toHaveLength(3);
  });

  test('is what the call says, over what the driver says', async () => {
    const server = await answers([503], [503], [503], [503], [503]);
    const connection = connect(server.url, { retry: { attempts: 2, baseDelayMs: 1 } });
    await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(server.requests).toHaveLength(2);
    await rejection(connection.request({ method: 'GET', path: '/' }, { retry: { attempts: 3 } }));
    expect(server.requests).toHaveLength(5);
  });

  test('is not listed where there was but one', async () => {
    expect((await rejection<SdkError>(send(await answers([404]), {}))).attempts).toBeUndefined();
  });
});

describe('the word of the driver', () => {
  class Sure extends BaseConnection {
    protected override retryable(error: SdkError, attempt: number): boolean | undefined {
      if (error.code === 'SDK_CONFLICT') return attempt < 2;
      return error.code === 'SDK_SERVER' ? false : undefined;
    }

    protected override parseError({ body }: { body: unknown }): {
      retryable?: boolean;
      message: string;
    } {
      return { message: 'told', retryable: (body as { again?: boolean }).again as boolean };
    }
  }

  test('overrules the status, either way', async () => {
    const conflicts = await answers([409], [409]);
    const connection = keep(
      new Sure({ endpoint: conflicts.url, env: {}, retry: { baseDelayMs: 1 } }),
    );
    await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(conflicts.requests).toHaveLength(2);
    const broken = await answers([503]);
    await rejection(
      keep(new Sure({ endpoint: broken.url, env: {} })).request({ method: 'GET', path: '/' }),
    );
    expect(broken.requests).toHaveLength(1);
  });

  test.each([
    [true, 'POST', 2],
    [false, 'GET', 1],
  ])('in the error body (retryable: %s) holds for %s', async (again, method, times) => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      response
        .writeHead(count === 1 ? 429 : 200, { 'retry-after': '0' })
        .end(JSON.stringify({ again }));
    });
    const connection = keep(new Sure({ endpoint: server.url, env: {}, retry: { baseDelayMs: 1 } }));
    const call = connection.request({ method, path: '/' });
    if (times === 1) await rejection(call);
    else await call;
    expect(server.requests).toHaveLength(times);
  });
});

async function unusedPort(): Promise<number> {
  const server = await origin();
  const { port } = server;
  await server.close();
  return port;
}
