import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { AuthenticationError, BaseConnection, ResponseError, SdkError } from '@sdk/common';
import type { FailedAnswer, ProviderError, SignableRequest } from '@sdk/common';
import { startScriptedProxy, scripts } from '@sdk/testing';
import { connect, errorOf, failing, keep, origin, rejection } from './stand.js';

describe('a status becomes its class', () => {
  test.each([
    [400, 'ValidationError', 'SDK_VALIDATION'],
    [401, 'AuthenticationError', 'SDK_AUTHENTICATION'],
    [403, 'PermissionError', 'SDK_PERMISSION'],
    [404, 'NotFoundError', 'SDK_NOT_FOUND'],
    [407, 'ResponseError', 'SDK_RESPONSE'],
    [409, 'ConflictError', 'SDK_CONFLICT'],
    [412, 'PreconditionError', 'SDK_PRECONDITION'],
    [418, 'ResponseError', 'SDK_RESPONSE'],
    [422, 'ValidationError', 'SDK_VALIDATION'],
    [429, 'RateLimitError', 'SDK_RATE_LIMIT'],
    [500, 'ServerError', 'SDK_SERVER'],
    [503, 'ServerError', 'SDK_SERVER'],
    [302, 'ResponseError', 'SDK_RESPONSE'],
  ])('%i is %s', async (status, name, code) => {
    const error = await errorOf(
      await failing(status, '{"message":"why"}', { 'x-request-id': 'req-1' }),
    );
    expect(error).toMatchObject({
      name,
      code,
      status,
      requestId: 'req-1',
      decision: { proxy: null },
    });
    expect(error.message).toBe(`GET /x was answered ${status}: why`);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toBeInstanceOf(SdkError);
  });

  test('a redirect to another origin is not followed, and says so', async () => {
    const error = await errorOf(await failing(301, '', { location: 'https://b.example/y?s=1' }));
    expect(error.message).toBe('GET /x was answered 301, a redirect to https://b.example');
    expect(error.hint).toContain('give https://b.example as the endpoint');
  });

  test('success beside 2xx is what the request says', async () => {
    const server = await failing(404, '{}');
    const answer = await connect(server.url).request({
      method: 'DELETE',
      path: '/x',
      success: [404],
    });
    expect(answer.status).toBe(404);
  });
});

describe('what an error body says is understood', () => {
  test.each([
    ['{"id":"not_found","message":"gone"}', 'gone', 'not_found'],
    ['{"error":{"code":"invalid_input","message":"gone"}}', 'gone', 'invalid_input'],
    ['{"error":"gone"}', 'gone', undefined],
    ['{"success":false,"errors":[{"code":9103,"message":"gone"}]}', 'gone', '9103'],
    [
      '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>',
      'gone',
      'NoSuchKey',
    ],
    [
      '<?xml version="1.0"?><ErrorResponse><Error><Code>C</Code><Message>gone</Message></Error></ErrorResponse>',
      'gone',
      'C',
    ],
    [
      '<?xml version="1.0"?><Response><Errors><Error><Code>C</Code><Message>gone</Message></Error></Errors></Response>',
      'gone',
      'C',
    ],
    ['gone', 'gone', undefined],
    ['<html><head><title>gone</title></head><body>more</body></html>', 'gone', undefined],
  ])('%s', async (body, message, code) => {
    const error = await errorOf(await failing(404, body));
    expect(error.message).toBe(`GET /x was answered 404: ${message}`);
    expect(error.providerCode).toBe(code);
  });

  test.each(['', '{"half":', '[]', '<not-xml', 'null', '{"message":{"deep":1}}'])(
    'or leaves the status to speak for itself: %j',
    async (body) => {
      expect((await errorOf(await failing(404, body))).message).toMatch(
        /^GET \/x was answered 404/,
      );
    },
  );

  test('by the provider’s own hook, which may know a better class', async () => {
    class Own extends BaseConnection {
      protected override parseError({
        status,
        body,
        method,
        path,
        headers,
      }: FailedAnswer): ProviderError {
        expect({ status, method, path }).toEqual({ status: 403, method: 'GET', path: '/x' });
        return {
          class: AuthenticationError,
          code: 'SignatureDoesNotMatch',
          message: `${String((body as { why: string }).why)} ${headers.get('x-a')}`,
          requestId: 'req-2',
        };
      }
    }
    const server = await failing(403, '{"why":"wrong key"}', { 'x-a': 'b' });
    const connection = keep(new Own({ endpoint: server.url, env: {} }));
    expect(
      await rejection(connection.request({ method: 'GET', path: '/x', query: { a: 1 } })),
    ).toMatchObject({
      name: 'AuthenticationError',
      status: 403,
      providerCode: 'SignatureDoesNotMatch',
      requestId: 'req-2',
      message: 'GET /x was answered 403: wrong key b',
    });
  });

  test('and its rate limit, and how long to wait', async () => {
    const headers = { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'retry-after': '9' };
    expect(await errorOf(await failing(429, '{}', headers))).toMatchObject({
      rateLimit: { limit: 10, remaining: 0 },
      retryAfterMs: 9_000,
    });
    const server = await failing(200, '{}', headers);
    const answer = await connect(server.url).request({ method: 'GET', path: '/' });
    expect(answer.rateLimit).toMatchObject({ limit: 10, remaining: 0 });
  });

  test('unless it is broken off or huge: the status stands', async () => {
    const broken = await origin((request, response) => {
      request.resume();
      response
        .writeHead(404, { 'content-length': 100 })
        .write('{"m', () => request.socket.destroySoon());
    });
    expect(await errorOf(broken)).toMatchObject({ status: 404 });
    expect(await errorOf(await failing(404, 'x'.repeat(3_000_000)))).toMatchObject({
      status: 404,
      body: undefined,
    });
  });
});

describe('an error keeps secrets', () => {
  class Secretive extends BaseConnection {
    protected override secrets(): readonly string[] {
      return ['canary-1/+&', 'canary-2'];
    }
  }

  test('that the provider echoes, in whatever form', async () => {
    const forms = [
      'canary-1/+&',
      encodeURIComponent('canary-1/+&'),
      Buffer.from('canary-1/+&').toString('base64'),
    ];
    const message = `bad token ${forms.join(' ')} of canary-2\u001b[31m\r\n`;
    const server = await failing(403, JSON.stringify({ message, code: 'canary-2' }), {
      'x-request-id': 'canary-2',
    });
    const connection = keep(new Secretive({ endpoint: server.url, env: {} }));
    const error = await rejection<ResponseError>(
      connection.request({ method: 'GET', path: '/canary-2' }),
    );
    const shown = [
      error.message,
      error.stack,
      JSON.stringify(error),
      inspect(error, { depth: 9 }),
      String(error),
    ].join();
    for (const form of [...forms, 'canary-2', '\u001b']) expect(shown).not.toContain(form);
    expect(error.message).toContain('bad token [redacted] [redacted] [redacted] of [redacted]');
    expect((error.body as { message: string }).message).toContain('canary-2');
  });

  test('and the query, and what a body of any other kind holds', async () => {
    const error = await errorOf(await failing(404, `{"x":"canary-b"}`));
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain('canary-');
  });

  test('and the password of a forward proxy that echoes it', async () => {
    const gate = keep(
      await startScriptedProxy(scripts.refuse(400, { body: 'bad: canary-p and ada:canary-p' })),
    );
    const server = await origin();
    const error = await errorOf(server, {
      httpProxy: `http://ada:canary-p@127.0.0.1:${gate.port}`,
    });
    expect(error.message).toContain('bad: [redacted] and [redacted]');
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain('canary-p');
  });

  test('and is cut where the provider talks on and on', async () => {
    expect(
      (await errorOf(await failing(404, JSON.stringify({ message: 'x'.repeat(9_999) })))).message
        .length,
    ).toBeLessThan(700);
  });
});

test('parseError is told the headers that the very attempt was sent with, the signature too', async () => {
  const seen: (string | undefined)[] = [];
  let signed = 0;
  class Signing extends BaseConnection {
    protected override sign({ headers }: SignableRequest): void {
      signed += 1;
      headers.set('x-signed', String(signed));
    }
    protected override parseError({ sent }: FailedAnswer): ProviderError {
      seen.push(sent.get('x-signed'));
      return {};
    }
  }
  const server = await failing(503, '{}');
  const connection = keep(
    new Signing({ endpoint: server.url, env: {}, retry: { attempts: 2, baseDelayMs: 1 } }),
  );
  await rejection(connection.request({ method: 'GET', path: '/x' }));
  expect(seen).toEqual(['1', '2']);
});
