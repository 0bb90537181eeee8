import { describe, expect, test } from '@jest/globals';
import type { RequestSpec, ResponseError } from '@sdk/common';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { connect, keep, origin, proxy, rejection, send, thrown } from './stand.js';
import { checkedRedirect } from '../../src/connection/options/spec-checks.js';

const to = (location: string | string[], status = 302): Promise<Origin> =>
  origin((request, response) => {
    request.resume();
    response.statusCode = status;
    response.setHeader('location', location).end('<title>Found</title>');
  });

const refusal = async (server: Origin, spec: Partial<RequestSpec> = {}): Promise<ResponseError> =>
  rejection<ResponseError>(send(server, { path: '/from?signature=canary-s', ...spec }));

describe('a redirect is an error', () => {
  test('where it leads to another origin, which is named without path and query', async () => {
    const elsewhere = await origin();
    const error = await refusal(await to(`${elsewhere.url}/to?signature=canary-t`));
    expect(error).toMatchObject({ code: 'SDK_RESPONSE', status: 302 });
    expect(error.message).toBe(`GET /from was answered 302, a redirect to ${elsewhere.url}: Found`);
    expect(error.hint).toContain(`give ${elsewhere.url} as the endpoint`);
    expect(error.hint).toContain("redirect: 'any'");
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(elsewhere.requests).toEqual([]);
  });

  test('where the same host is to be reached by https, and says how', async () => {
    const error = await refusal(await to('https://127.0.0.1/to'));
    expect(error.hint).toBe('The API uses https: give https://127.0.0.1 as the endpoint.');
  });

  test('where the request follows none', async () => {
    const server = await to('/to');
    const error = await refusal(server, { redirect: 'none' });
    expect(error).toMatchObject({ status: 302 });
    expect(error.hint).toContain("redirect: 'none'");
    expect(server.requests).toHaveLength(1);
  });

  test.each(['same-origin', 'any', 'none'] as const)(
    'where it leads from https to http, with %s',
    async (redirect) => {
      const ca = await createCertificateAuthority();
      const plain = await origin();
      const server = keep(
        await startOrigin({
          tls: await ca.issue(),
          handler: (_request, response) => response.writeHead(307, { location: plain.url }).end(),
        }),
      );
      const error = await rejection<ResponseError>(
        connect(server.url, { tls: { ca: ca.cert } }).request({
          method: 'GET',
          path: '/',
          redirect,
        }),
      );
      expect(error.message).toContain(`a redirect from https to ${plain.url}`);
      expect(error.hint).toContain('never followed');
      expect(plain.requests).toEqual([]);
    },
  );

  test.each([
    ['another scheme', 'ftp://127.0.0.1/x', 'leads away from HTTP'],
    ['credentials', 'http://ada:canary-p@127.0.0.1/x', 'holds credentials in its URL'],
    ['what is no URL', 'http://:x', 'names no place that could be read'],
    ['several places', ['/a', '/b'], 'names several places'],
  ])('where it holds %s', async (_what, location, why) => {
    const error = await refusal(await to(location), { redirect: 'any' });
    expect(error.message).toContain(`a redirect that ${why}`);
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  test('where it names no place, with the endpoint in the hint', async () => {
    const server = await origin((_request, response) => response.writeHead(301).end());
    const error = await refusal(server);
    expect(error.message).toBe('GET /from was answered 301');
    expect(error.hint).toContain('Check the endpoint');
  });

  test('where it leads to itself', async () => {
    const server = await to('/from?signature=canary-s');
    const error = await refusal(server);
    expect(error.message).toContain('leads in a circle');
    expect(server.requests).toHaveLength(1);
  });

  test('where it leads in a circle', async () => {
    const server = await origin((request, response) => {
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end();
    });
    const error = await refusal(server, { path: '/a' });
    expect(error.message).toContain('leads in a circle');
    expect(error.attempts).toHaveLength(2);
    expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b']);
  });

  test('where ten went before it', async () => {
    const server = await origin((request, response) => {
      response.writeHead(302, { location: `/${Number(request.url?.slice(1)) + 1}` }).end();
    });
    const error = await refusal(server, { path: '/0' });
    expect(error.message).toContain('after 10 others');
    expect(server.requests).toHaveLength(11);
    const enough = await origin((request, response) => {
      const n = Number(request.url?.slice(1));
      response.writeHead(n < 10 ? 302 : 200, n < 10 ? { location: `/${n + 1}` } : {}).end();
    });
    await send(enough, { path: '/0' });
    expect(enough.requests).toHaveLength(11);
  });

  test('of the proxy, where the way over it cannot tell and a page of its own is named', async () => {
    const [server, gate] = [await to('https://login.corp/'), await proxy()];
    const connection = connect(server.url, { httpProxy: gate.url });
    const error = await rejection<ResponseError>(
      connection.request({ method: 'GET', path: '/from' }),
    );
    expect(error).toMatchObject({ maybeFromProxy: true });
    expect(error.hint).toContain('https://login.corp');
    expect(error.hint).toContain("tunnel: 'always'");
  });

  test('of the proxy, where it says that it failed', async () => {
    const server = await origin((_request, response) => {
      response
        .writeHead(302, { location: '/login', 'proxy-status': 'gate; error=http_request_denied' })
        .end();
    });
    const connection = connect(server.url, { httpProxy: (await proxy()).url });
    const error = await rejection(connection.request({ method: 'GET', path: '/from' }));
    expect(error).toMatchObject({ code: 'SDK_PROXY', status: 302 });
  });
});

test.each([null, true, 'follow', 'constructor', ['any']])('redirect cannot be %j', (redirect) => {
  expect(thrown(() => checkedRedirect(redirect))).toMatchObject({
    code: 'SDK_CONFIGURATION',
    field: 'redirect',
  });
});

test('a request is refused whose redirect is none of the three, before anything is sent', async () => {
  const server = await origin();
  const error = await rejection(send(server, { redirect: 'always' as 'any' }));
  expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'redirect' });
  expect(server.requests).toEqual([]);
});
