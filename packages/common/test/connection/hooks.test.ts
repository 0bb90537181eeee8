import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { HeaderBag, HookContext, SignableRequest } from '@sdk/common';
import type { Echo } from '@sdk/testing';
import { keep, origin, proxy, rejection } from './stand.js';

describe('the hooks', () => {
  class Signing extends BaseConnection {
    readonly seen: string[] = [];

    protected override defaultQuery(): Record<string, string> {
      return { 'api-version': '1' };
    }

    protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
      this.seen.push(`authorize ${context.attempt}`);
      headers.set('Authorization', 'Bearer t');
    }

    protected override sign(request: SignableRequest, context: HookContext): void {
      this.seen.push(
        `sign ${context.attempt} ${request.method} ${request.path} ${request.headers.get('authorization')}`,
      );
      request.headers.set(
        'X-Signature',
        `${String(request.body)}|${request.streaming}|${new URL(request.url).port}`,
      );
    }
  }

  test('authorize and then sign each attempt anew, over all that is sent', async () => {
    let count = 0;
    const server = await origin((request, response) => {
      request.resume();
      count += 1;
      response.writeHead(count === 1 ? 503 : 200).end('{}');
    });
    const connection = keep(
      new Signing({ endpoint: server.url, env: {}, retry: { baseDelayMs: 1 } }),
    );
    await connection.request({ method: 'PUT', path: '/x', query: { a: 1 }, json: { b: 2 } });
    expect(connection.seen).toEqual([
      'authorize 1',
      'sign 1 PUT /x?api-version=1&a=1 Bearer t',
      'authorize 2',
      'sign 2 PUT /x?api-version=1&a=1 Bearer t',
    ]);
    expect(server.requests[1]?.headers['x-signature']).toBe(`{"b":2}|false|${server.port}`);
  });

  test('are told of a stream that cannot be signed', async () => {
    const server = await origin();
    const connection = keep(new Signing({ endpoint: server.url, env: {} }));
    async function* body(): AsyncIterable<Uint8Array> {
      yield Buffer.from('abc');
    }
    await connection.request({ method: 'PUT', path: '/x', body: body() });
    expect(server.requests[0]?.headers['x-signature']).toBe(`undefined|true|${server.port}`);
  });

  test('change what success is, and the body', async () => {
    class Enveloped extends BaseConnection {
      protected override isSuccess(status: number): boolean {
        return status === 404;
      }

      protected override parseBody(body: unknown): unknown {
        return (body as { status: number }).status;
      }
    }
    const server = await origin();
    const connection = keep(new Enveloped({ endpoint: server.url, env: {} }));
    expect((await connection.request({ method: 'GET', path: '/status/404' })).body).toBe(404);
    expect(
      await rejection(connection.request({ method: 'GET', path: '/status/200' })),
    ).toMatchObject({ status: 200 });
  });

  test('encode a body in their own way', async () => {
    class Form extends BaseConnection {
      protected override encodeBody(json: unknown): { body: string; contentType: string } {
        return {
          body: new URLSearchParams(json as Record<string, string>).toString(),
          contentType: 'application/x-www-form-urlencoded',
        };
      }
    }
    const server = await origin();
    await keep(new Form({ endpoint: server.url, env: {} })).request({
      method: 'POST',
      path: '/',
      json: { a: 'b c' },
    });
    expect(server.requests[0]?.body.toString()).toBe('a=b+c');
    expect(server.requests[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });
});

describe('a connection for nested traffic', () => {
  test('takes the same way and has none of the hooks', async () => {
    class WithToken extends BaseConnection {
      protected override async authorize(headers: HeaderBag, context: HookContext): Promise<void> {
        const identity = this.derive({ endpoint: identityServer.url, purpose: 'identity' });
        const { body } = await identity.request<Echo>(
          { method: 'POST', path: '/tokens' },
          context.nested,
        );
        headers.set('X-Token', body.method);
      }
    }
    const [identityServer, server, a, b] = await Promise.all([
      origin(),
      origin(),
      proxy(),
      proxy(),
    ]);
    const asked: string[] = [];
    const connection = keep(
      new WithToken({
        endpoint: server.url,
        env: {},
        httpProxy: ({ origin: where, purpose }) => {
          asked.push(`${where} ${purpose}`);
          return a.url;
        },
      }),
    );
    await connection.request({ method: 'GET', path: '/' });
    expect(asked.sort()).toEqual(
      [`${identityServer.url} identity`, `${server.url} request`].sort(),
    );
    expect(a.stats.forwards).toBe(2);
    expect(server.requests[0]?.headers['x-token']).toBe('POST');
    expect(identityServer.requests[0]?.headers).not.toHaveProperty('x-token');

    await connection.request({ method: 'GET', path: '/' }, { httpProxy: b.url });
    expect([a.stats.forwards, b.stats.forwards]).toEqual([2, 2]);
  });
});
