import { describe, expect, test } from '@jest/globals';
import type { TLSSocket } from 'node:tls';
import { BaseConnection } from '@sdk/common';
import type { ConnectionOptions, HeaderBag, RequestSpec, SignableRequest } from '@sdk/common';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import type { Origin } from '@sdk/testing';
import { keep, origin, proxy, rejection } from './stand.js';

/** Headers of every kind in which a credential may stand. */
class Trusted extends BaseConnection {
  readonly seen: string[] = [];

  protected override defaultHeaders(): Record<string, string> {
    return { 'X-Account': 'id-canary-secret', 'X-Version': '1' };
  }

  protected override authorize(headers: HeaderBag): void {
    this.seen.push('authorize');
    headers.set('Authorization', 'Bearer canary-token');
    headers.set('X-Tenant', 'added by authorize: canary');
  }

  protected override sign(request: SignableRequest): void {
    this.seen.push(`sign ${request.url}`);
    request.headers.set('X-Signature', 'canary-signature');
  }

  protected override secrets(): readonly string[] {
    return ['canary-secret', 'canary/secret+2'];
  }
}

const trusted = (server: Origin, options: Partial<ConnectionOptions> = {}): Trusted =>
  keep(new Trusted({ endpoint: server.url, env: {}, retry: false, ...options }));

const ANY: RequestSpec = { method: 'GET', path: '/from', redirect: 'any' };

const to = (location: () => string, status = 307): Promise<Origin> =>
  origin((request, response) => {
    request.resume();
    if (request.url === '/from') response.writeHead(status, { location: location() }).end();
    else response.end('{}');
  });

describe('a change of origin', () => {
  test('drops every credential, and leaves everything else', async () => {
    const elsewhere = await origin();
    const server = await to(() => `${elsewhere.url}/to`);
    const connection = trusted(server);
    await connection.request(ANY, {
      headers: {
        Cookie: 'canary',
        'X-Auth-Token': 'canary',
        'X-Api-Key': 'canary',
        'x-amz-security-token': 'canary',
        'X-Amz-Server-Side-Encryption-Customer-Key': 'canary',
        'x-ms-encryption-key': 'canary',
        'x-ms-copy-source-authorization': 'canary',
        'X-Account-Meta-Temp-URL-Key': 'canary',
        'X-Auth-User-Service-Key': 'canary',
        'Private-Token': 'canary',
        'X-My-Password': 'canary',
        'X-Odd': 'Bearer canary',
        'X-Encoded': `v=${encodeURIComponent('canary/secret+2')}`,
        'X-Base64': Buffer.from('canary-secret').toString('base64'),
        'If-Match': '"1"',
        'X-Plain': 'plain',
      },
    });
    const { headers } = elsewhere.requests[0]!;
    expect(JSON.stringify(headers)).not.toMatch(/canary/i);
    expect(headers).not.toHaveProperty('x-encoded');
    expect(headers).not.toHaveProperty('x-base64');
    expect(headers).toMatchObject({ 'x-plain': 'plain', 'x-version': '1', 'if-match': '"1"' });
    expect(headers['user-agent']).toContain('sdk');
    expect(headers['host']).toBe(new URL(elsewhere.url).host);
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer canary-token',
      'x-signature': 'canary-signature',
      'x-auth-token': 'canary',
    });
  });

  test('skips authorize and sign; on the same origin both are asked anew', async () => {
    const elsewhere = await origin();
    const server = await origin((request, response) => {
      const location = request.url === '/from' ? '/next' : `${elsewhere.url}/to`;
      response.writeHead(307, { location }).end();
    });
    const connection = trusted(server);
    await connection.request(ANY);
    expect(connection.seen).toEqual([
      'authorize',
      `sign ${server.url}/from`,
      'authorize',
      `sign ${server.url}/next`,
    ]);
    expect(elsewhere.requests).toHaveLength(1);
  });

  test('is one where only the port differs', async () => {
    const elsewhere = await origin();
    expect(new URL(elsewhere.url).hostname).toBe('127.0.0.1');
    const server = await to(() => `${elsewhere.url}/to`);
    await trusted(server).request(ANY);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('does not bring the credentials back on the way back', async () => {
    const server: Origin = await to(() => `${elsewhere.url}/from`);
    const elsewhere = await to(() => `${server.url}/back`);
    const connection = trusted(server);
    await connection.request(ANY, { headers: { 'X-Auth-Token': 'canary' } });
    const [first, back] = server.requests;
    expect(back?.url).toBe('/back');
    expect(first?.headers['x-auth-token']).toBe('canary');
    expect(JSON.stringify(back?.headers)).not.toContain('canary');
    expect(connection.seen).toHaveLength(2);
  });

  test('takes the body along where method and body are kept', async () => {
    const elsewhere = await origin();
    const server = await to(() => `${elsewhere.url}/to`, 308);
    await trusted(server).request({ ...ANY, method: 'POST', json: { a: 1 } });
    expect(elsewhere.requests[0]?.body.toString()).toBe('{"a":1}');
  });

  test('asks for the proxy of the new origin, and tells it nothing of the old one', async () => {
    const elsewhere = await origin();
    const server = await to(() => `${elsewhere.url}/to`);
    const gate = await proxy();
    const inner = await proxy({ credentials: { username: 'ada', password: 'pass' } });
    const asked: string[] = [];
    await trusted(server, {
      httpProxy: ({ origin: place, purpose }) => {
        asked.push(`${place} ${purpose}`);
        return place === server.url ? inner.urlWithCredentials : gate.url;
      },
    }).request(ANY);
    expect(asked).toEqual([`${server.url} request`, `${elsewhere.url} request`]);
    expect(inner.stats.targets).toEqual([`${server.url}/from`]);
    expect(gate.stats.targets).toEqual([`${elsewhere.url}/to`]);
    expect(gate.requests[0]?.rawHeaders.join()).not.toMatch(/proxy-authorization/i);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('obeys NO_PROXY for each hop', async () => {
    const elsewhere = await origin();
    const server = await to(() => elsewhere.url);
    const gate = await proxy();
    const env = { http_proxy: gate.url, no_proxy: `127.0.0.1:${elsewhere.port}` };
    const { decision } = await trusted(server, { env }).request(ANY);
    expect(gate.stats.targets).toEqual([`${server.url}/from`]);
    expect(elsewhere.requests).toHaveLength(1);
    expect(decision).toMatchObject({ origin: elsewhere.url, proxy: null });
  });

  test('goes by tunnel to an https origin, though a forward way led to the http one', async () => {
    const ca = await createCertificateAuthority();
    const secure = keep(await startOrigin({ tls: await ca.issue() }));
    const server = await to(() => `${secure.url}/to`);
    const gate = await proxy();
    await trusted(server, { tls: { ca: ca.cert }, httpProxy: gate.url }).request(ANY);
    expect(gate.stats).toMatchObject({ forwards: 1, connects: 1 });
    expect(secure.requests).toHaveLength(1);
  });

  test('presents neither the client’s certificate nor the server’s name that was given', async () => {
    const ca = await createCertificateAuthority();
    const client = await ca.issue({ hosts: ['client'], client: true });
    const presented: Record<string, string[]> = { a: [], b: [] };
    const secure = async (name: string, location?: () => string): Promise<Origin> => {
      // Its certificate holds for the name that the first connection is told to ask for, and for the address.
      const issued = await ca.issue({ hosts: ['api.example', '127.0.0.1'] });
      const tls = { ...issued, ca: ca.cert, requestCert: true, rejectUnauthorized: false };
      return keep(
        await startOrigin({
          tls,
          handler: (request, response) => {
            const socket = request.socket as TLSSocket & { servername?: string | false };
            const { subject } = socket.getPeerCertificate();
            presented[name]?.push(
              `${String(socket.servername)} ${(subject as { CN?: string } | undefined)?.CN ?? 'no certificate'}`,
            );
            response.writeHead(location ? 307 : 200, location ? { location: location() } : {});
            response.end('{}');
          },
        }),
      );
    };
    const b = await secure('b');
    const a = await secure('a', () => `${b.url}/to`);
    await trusted(a, {
      tls: { ca: ca.cert, cert: client.cert, key: client.key, servername: 'api.example' },
    }).request(ANY);
    expect(presented).toEqual({ a: ['api.example client'], b: ['false no certificate'] });
  });

  test('goes on trusting and distrusting whom it did', async () => {
    const [ours, theirs] = [await createCertificateAuthority(), await createCertificateAuthority()];
    const secure = keep(await startOrigin({ tls: await theirs.issue() }));
    const server = await to(() => secure.url);
    const tls = { onlyCa: ours.cert };
    expect(await rejection(trusted(server, { tls }).request(ANY))).toMatchObject({
      code: 'SDK_TLS',
      decision: { origin: secure.url },
    });
    await trusted(server, { tls: { rejectUnauthorized: false } }).request(ANY);
    expect(secure.requests).toHaveLength(1);
  });
});
