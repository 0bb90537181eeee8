import { describe, expect, test } from '@jest/globals';
import type { ProxyError, ResponseError } from '@sdk/common';
import { startScriptedProxy, scripts } from '@sdk/testing';
import { connect, errorOf, failing, keep, origin, proxy, rejection } from './stand.js';

describe('over a forward proxy', () => {
  /** A proxy that answers by itself, and the error that comes of it. */
  async function refusal(
    status: number,
    headers: string[] = [],
    url = 'http://127.0.0.1',
  ): Promise<ProxyError> {
    const gate = keep(
      await startScriptedProxy(scripts.refuse(status, { headers, body: '<title>no</title>' })),
    );
    const server = await origin();
    const error = await errorOf<ProxyError>(server, { httpProxy: `${url}:${gate.port}` });
    expect(server.requests).toHaveLength(0);
    expect(error.decision).toMatchObject({ proxy: gate.url, decidedBy: 'instance' });
    return error;
  }

  test('407 is always the proxy’s, and names the schemes it offers', async () => {
    const error = await refusal(407, [
      'Proxy-Authenticate: Basic realm="x"',
      'Proxy-Authenticate: Digest realm="y"',
    ]);
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'auth',
      status: 407,
      requestSent: 'no',
    });
    expect(error.hint).toMatch(/Basic, Digest/);
    const gate = await proxy({ credentials: { username: 'ada', password: 'right' } });
    const server = await origin();
    const wrong = await errorOf<ProxyError>(server, {
      httpProxy: `http://ada:canary-w@127.0.0.1:${gate.port}`,
    });
    expect(wrong).toMatchObject({ code: 'SDK_PROXY', phase: 'auth' });
    expect(wrong.message + JSON.stringify(wrong)).not.toContain('canary-w');
  });

  test.each([
    ['Proxy-Status (RFC 9209)', 503, ['Proxy-Status: corp; error=destination_unavailable'], 'no'],
    [
      'Proxy-Status of the member next to us',
      502,
      ['Proxy-Status: cdn, corp; error=connection_terminated'],
      'maybe',
    ],
    ['squid’s header', 503, ['X-Squid-Error: ERR_CONNECT_FAIL 111'], 'no'],
    ['squid’s header', 403, ['X-Squid-Error: ERR_ACCESS_DENIED 0'], 'no'],
    ['squid’s header', 504, ['X-Squid-Error: ERR_READ_TIMEOUT 0'], 'maybe'],
    ['tinyproxy’s page', 500, ['Server: tinyproxy/1.11.1'], 'maybe'],
  ])('an answer is the proxy’s by %s (%i)', async (_name, status, headers, requestSent) => {
    expect(await refusal(status, headers)).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'tunnel',
      status,
      requestSent,
    });
  });

  test.each([
    ['is repeated where the proxy passed nothing on', 'dns_error', 2],
    ['is not repeated where the proxy may have', 'connection_terminated', 1],
  ])('a POST %s', async (_name, error, asked) => {
    const headers = [`Proxy-Status: corp; error=${error}`];
    const gate = keep(await startScriptedProxy(scripts.refuse(502, { headers })));
    const connection = connect('http://origin.invalid', {
      httpProxy: gate.url,
      retry: { attempts: 2, baseDelayMs: 1 },
    });
    await rejection(connection.request({ method: 'POST', path: '/', json: {} }));
    expect(gate.connections).toHaveLength(asked);
  });

  test.each([
    ['a token', 'canary-token', { credentials: { token: 'canary-token' } }],
    ['a whole header', 'canary-value', { credentials: { authorization: 'Custom canary-value' } }],
    ['a header', 'canary-header', { headers: { 'X-Team': 'canary-header' } }],
    ['a short token in a header', 'brief', { headers: { 'X-Token': 'brief' } }],
    ['a short key behind its scheme', 'brief', { headers: { 'X-Team': 'Token brief' } }],
  ])('%s for the proxy is redacted where the answer repeats it', async (_name, secret, own) => {
    const body = JSON.stringify({ message: `seen: ${secret}` });
    const answer = `HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const gate = keep(await startScriptedProxy(scripts.answer(answer, 'end')));
    const connection = connect('http://origin.invalid', {
      httpProxy: { url: gate.url, ...own },
      retry: false,
    });
    const error = await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(error.message).toContain('seen: [redacted]');
    expect(error.message).not.toContain(secret);
  });

  test('tinyproxy’s 401 is about its own password', async () => {
    expect(await refusal(401, ['Server: tinyproxy/1.11.1'])).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'auth',
    });
  });

  test('a 401 that a tinyproxy passed on is not about its password', async () => {
    const headers = ['Server: tinyproxy/1.11.1', 'Via: 1.1 gate (tinyproxy/1.11.1)'];
    expect(await refusal(401, headers)).toMatchObject({ code: 'SDK_AUTHENTICATION' });
  });

  test.each([403, 502, 503, 504])(
    '%i without a word of whose it is may be the proxy’s',
    async (status) => {
      const error = (await refusal(status)) as unknown as ResponseError;
      expect(error).toMatchObject({
        status,
        maybeFromProxy: true,
        hint: expect.stringContaining("tunnel: 'always'"),
      });
    },
  );

  test.each([
    [
      'a gateway behind it says an error',
      503,
      ['Proxy-Status: cdn; error=http_response_timeout, corp; received-status=503'],
    ],
    ['it only says Via', 403, ['Via: 1.1 corp']],
  ])('it is not called the proxy’s where %s', async (_name, status, headers) => {
    expect(await refusal(status, headers)).not.toMatchObject({ code: 'SDK_PROXY' });
  });

  test.each([302, 404, 409, 412, 418])(
    '%i may be the proxy’s too, though nothing is advised about it',
    async (status) => {
      const [server, gate] = await Promise.all([origin(), proxy()]);
      const connection = connect(server.url, { httpProxy: gate.url, retry: false });
      const error = await rejection<ResponseError>(
        connection.request({ method: 'GET', path: `/status/${status}` }),
      );
      expect(error).toMatchObject({
        status,
        maybeFromProxy: true,
        decision: { proxy: gate.url },
      });
      expect(error.hint ?? '').not.toContain('tunnel');
    },
  );

  test('a page instead of JSON may be the proxy’s', async () => {
    const gate = keep(
      await startScriptedProxy(
        scripts.refuse(200, { body: '<html>Log in to the guest network</html>' }),
      ),
    );
    const error = await errorOf(await origin(), { httpProxy: gate.url });
    expect(error).toMatchObject({ code: 'SDK_MALFORMED_RESPONSE', maybeFromProxy: true });
  });

  test('inside a tunnel, 407 and Proxy-Status are the origin’s', async () => {
    const [server, gate] = await Promise.all([
      failing(407, '{}', { 'proxy-status': 'x; error=dns_error' }),
      proxy(),
    ]);
    const error = await errorOf(server, { httpProxy: { url: gate.url, tunnel: 'always' } });
    expect(error).toMatchObject({ name: 'ResponseError', status: 407 });
    expect(error.maybeFromProxy).toBeUndefined();
  });
});
