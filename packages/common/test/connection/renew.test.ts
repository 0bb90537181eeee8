import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection, TokenSource } from '@sdk/common';
import type { ConnectionOptions, HeaderBag, HookContext, ResponseError } from '@sdk/common';
import type { Origin } from '@sdk/testing';
import { keep, origin, rejection } from './stand.js';

/** An identity service that counts its tokens, and an API that accepts the one it says. */
class Renewing extends BaseConnection {
  readonly asked: string[] = [];
  answer: boolean | (() => Promise<boolean>) = true;
  readonly #tokens = new TokenSource(async ({ nested }) => {
    const identity = this.derive({ endpoint: this.identity.url, purpose: 'identity' });
    const { body } = await identity.request<{ token: string }>(
      { method: 'POST', path: '/' },
      nested,
    );
    return { value: body.token };
  });

  constructor(
    servers: { readonly api: Origin; readonly identity: Origin },
    options: Partial<ConnectionOptions> = {},
  ) {
    super({ endpoint: servers.api.url, env: {}, retry: { baseDelayMs: 1 }, ...options });
    this.identity = servers.identity;
  }

  readonly identity: Origin;

  protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
    headers.set('X-Auth-Token', await this.#tokens.get(context));
  }

  protected override renew(context: HookContext, sent: HeaderBag): boolean | Promise<boolean> {
    const token = sent.get('X-Auth-Token');
    this.asked.push(`${context.method} ${context.attempt} ${String(token)}`);
    this.#tokens.forget(token);
    return typeof this.answer === 'boolean' ? this.answer : this.answer();
  }
}

/** Accepts tokens from the `good`th on. */
async function stand(
  good: number,
  options: Partial<ConnectionOptions> = {},
): Promise<{ api: Origin; identity: Origin; connection: Renewing }> {
  let issued = 0;
  const identity = await origin((request, response) => {
    request.resume();
    response.end(JSON.stringify({ token: `t${(issued += 1)}` }));
  });
  const api = await origin((request, response) => {
    request.resume();
    const token = Number(String(request.headers['x-auth-token']).slice(1));
    request.on('end', () => response.writeHead(token >= good ? 200 : 401).end('{}'));
  });
  return { api, identity, connection: keep(new Renewing({ api, identity }, options)) };
}

const GET = { method: 'GET', path: '/' } as const;

describe('after a 401', () => {
  test('the request runs again with new credentials, where renew says so', async () => {
    const { api, identity, connection } = await stand(2);
    const { status, attempts } = await connection.request(GET);
    expect([status, attempts]).toEqual([200, 2]);
    expect(api.requests.map(({ headers }) => headers['x-auth-token'])).toEqual(['t1', 't2']);
    expect(identity.requests).toHaveLength(2);
    expect(connection.asked).toEqual(['GET 1 t1']);
  });

  test('it does so without retries, and for a POST, which a 401 has not processed', async () => {
    const { api, connection } = await stand(2, { retry: false });
    await connection.request({ method: 'POST', path: '/', json: { a: 1 } });
    expect(api.requests.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}']);
  });

  test('it does so once: credentials that are refused again are an error with both attempts', async () => {
    const { api, identity, connection } = await stand(9);
    const error = await rejection<ResponseError>(connection.request(GET));
    expect(error.code).toBe('SDK_AUTHENTICATION');
    expect(error.attempts).toMatchObject([{ status: 401 }, { status: 401 }]);
    expect([api.requests.length, identity.requests.length]).toEqual([2, 2]);
    expect(connection.asked).toHaveLength(1);
  });

  test.each([false, () => Promise.resolve(false)])(
    'it does not where renew says no',
    async (answer) => {
      const { api, connection } = await stand(2);
      connection.answer = answer;
      expect(await rejection(connection.request(GET))).toMatchObject({ status: 401 });
      expect(api.requests).toHaveLength(1);
    },
  );

  test('a body that can be opened again is, and one that was read once says why it was not sent', async () => {
    const { api, connection } = await stand(2);
    let opened = 0;
    const body = () => Readable.from([`piece ${(opened += 1)}`], { objectMode: false });
    await connection.request({ method: 'PUT', path: '/', body });
    expect(api.requests.map((each) => each.body.toString())).toEqual(['piece 1', 'piece 2']);

    const late = await stand(2);
    const once = Readable.from(['once'], { objectMode: false });
    const error = await rejection<ResponseError>(
      late.connection.request({ method: 'PUT', path: '/', body: once }),
    );
    expect(error).toMatchObject({ status: 401 });
    expect(error.hint).toContain('a stream that can be read once');
    expect(late.connection.asked).toHaveLength(1);
    // What was refused has been forgotten: the next request has a new token.
    await late.connection.request(GET);
    expect(late.api.requests.at(-1)?.headers['x-auth-token']).toBe('t2');
  });

  test('a hundred requests at once renew one token', async () => {
    const { api, identity, connection } = await stand(2);
    await Promise.all(Array.from({ length: 100 }, () => connection.request(GET)));
    expect(identity.requests).toHaveLength(2);
    expect(api.requests.length).toBeLessThanOrEqual(200);
  });

  test('the waiting for renew ends with the signal and with the total', async () => {
    const { connection } = await stand(9);
    connection.answer = () => new Promise(() => undefined);
    const controller = new AbortController();
    const aborted = connection.request(GET, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    expect((await rejection(aborted)).message).toBe('enough');
    expect(await rejection(connection.request(GET, { timeouts: { totalMs: 100 } }))).toMatchObject({
      code: 'SDK_TIMEOUT',
      phase: 'total',
    });
  });

  test('an error of renew itself is what the request fails with', async () => {
    const { connection } = await stand(2);
    connection.answer = () => Promise.reject(new Error('no way'));
    expect((await rejection(connection.request(GET))).message).toBe('no way');
  });
});

describe('renew is not asked', () => {
  test('where the identity service itself refuses: its error comes at once, and is not repeated', async () => {
    let count = 0;
    const identity = await origin((request, response) => {
      request.resume();
      count += 1;
      response.writeHead(401).end('{"message":"wrong password"}');
    });
    const api = await origin();
    const connection = keep(new Renewing({ api, identity }));
    const error = await rejection<ResponseError>(connection.request(GET));
    expect(error.message).toBe('POST / was answered 401: wrong password');
    expect(connection.asked).toEqual([]);
    expect(count).toBe(1);
    expect(api.requests).toEqual([]);
  });

  test('where another origin refuses, to which a redirect has led without credentials', async () => {
    const elsewhere = await origin((_request, response) => response.writeHead(401).end());
    const api = await origin((_request, response) =>
      response.writeHead(302, { location: elsewhere.url }).end(),
    );
    const identity = await origin((_request, response) => response.end('{"token":"t1"}'));
    const connection = keep(new Renewing({ api, identity }));
    const error = await rejection(connection.request({ ...GET, redirect: 'any' }));
    expect(error).toMatchObject({
      status: 401,
      hint: expect.stringContaining('another origin, which gets no credentials'),
    });
    expect(connection.asked).toEqual([]);
  });

  test('where the provider says anything else', async () => {
    const identity = await origin((_request, response) => response.end('{"token":"t1"}'));
    const api = await origin((_request, response) => response.writeHead(403).end());
    const connection = keep(new Renewing({ api, identity }));
    expect(await rejection(connection.request(GET))).toMatchObject({ status: 403 });
    expect(connection.asked).toEqual([]);
  });
});

describe('a failure of nested traffic', () => {
  test('is repeated by its own stages alone, not by those of the request that needs it', async () => {
    let count = 0;
    const identity = await origin((request, response) => {
      request.resume();
      count += 1;
      response.writeHead(503).end();
    });
    const api = await origin();
    const connection = keep(
      new Renewing({ api, identity }, { retry: { attempts: 3, baseDelayMs: 1 } }),
    );
    const error = await rejection<ResponseError>(connection.request(GET));
    expect(error).toMatchObject({ code: 'SDK_SERVER', status: 503 });
    // A POST that may have been processed is sent once.
    expect(count).toBe(1);
    expect(api.requests).toEqual([]);
  });

  test('opens no body, and lets it go', async () => {
    const identity = await origin((_request, response) => response.writeHead(403).end());
    const api = await origin();
    let opened = 0;
    const body = (): Readable => Readable.from([`${(opened += 1)}`], { objectMode: false });
    const once = Readable.from(['x'], { objectMode: false });
    const connection = keep(new Renewing({ api, identity }));
    await rejection(connection.request({ method: 'PUT', path: '/', body }));
    await rejection(connection.request({ method: 'PUT', path: '/', body: once }));
    expect(opened).toBe(0);
    expect(once.destroyed).toBe(true);
  });
});

test('a stream is not opened before the token is there', async () => {
  const events: string[] = [];
  const identity = await origin((_request, response) => {
    setTimeout(() => {
      events.push('token');
      response.end('{"token":"t1"}');
    }, 100);
  });
  const api = await origin();
  const connection = keep(new Renewing({ api, identity }));
  const body = (): Readable => {
    events.push('body');
    return Readable.from(['x'], { objectMode: false });
  };
  await connection.request({ method: 'PUT', path: '/', body });
  expect(events).toEqual(['token', 'body']);
});
