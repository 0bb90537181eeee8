import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { ProxyServer, TlsOptions } from '@sdk/common';
import { scripts } from '../scripts.js';
import { until } from '../until.js';
import { serverAt } from './transport-attempt.js';
import type { TransportBench } from './transport-bench.js';
import { exchange, failureOf, type TransportStand } from './transport-stand.js';

/** An `https:` origin that speaks this version of TLS alone. */
async function speaking(stand: TransportStand, version: 'TLSv1.2' | 'TLSv1.3'): Promise<string> {
  const leaf = await (await stand.authority()).issue({ hosts: ['127.0.0.1'] });
  const options = { ...leaf, minVersion: version, maxVersion: version };
  const server = createServer(options, (request, response) =>
    response.end((request.socket as TLSSocket).getProtocol()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stand.keep({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** TLS of the origin and TLS of the proxy: two bags, and no setting in the wrong one. */
export function testTls({ expect, can, on }: TransportBench): void {
  on('the certificate of an origin is verified, and the error names tls.ca', async (stand) => {
    const origin = await stand.secureOrigin();
    const transport = await stand.transport();
    const error = await failureOf(transport, `${origin.url}/`);
    expect(error).toMatchObject({ code: 'SDK_TLS', requestSent: 'no', retryable: false });
    expect(error['hint']).toMatch(/tls\.ca/);
    expect(origin.requests.length).toBe(0);
    for (const tls of [await stand.trust(), { onlyCa: (await stand.trust()).ca }]) {
      expect((await exchange(transport, `${origin.url}/`, { tls })).status).toBe(200);
    }
    const blind = { rejectUnauthorized: false };
    expect((await exchange(transport, `${origin.url}/`, { tls: blind })).status).toBe(200);
  });

  on(
    'a certificate for another name, or one that has expired, is a TlsError that says so',
    async (stand) => {
      const authority = await stand.authority();
      const transport = await stand.transport();
      const tls = await stand.trust();
      const other = await stand.secureOrigin({}, ['other.test']);
      const wrong = await failureOf(transport, `${other.url}/`, { tls });
      expect(wrong).toMatchObject({ code: 'SDK_TLS', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      expect(wrong['hint']).toMatch(/tls\.servername/);
      const named = { ...tls, servername: 'other.test' };
      expect((await exchange(transport, `${other.url}/`, { tls: named })).status).toBe(200);
      expect(other.requests[0]?.servername).toBe('other.test');
      const past = new Date(Date.now() - 24 * 60 * 60 * 1_000);
      const leaf = await authority.issue({ hosts: ['127.0.0.1'], notAfter: past });
      const late = await stand.origin({ tls: leaf });
      const expired = await failureOf(transport, `${late.url}/`, { tls });
      expect(expired).toMatchObject({ code: 'SDK_TLS', reason: 'CERT_HAS_EXPIRED' });
    },
  );

  on('a certificate that does not list the IPv6 address is refused', async (stand) => {
    const transport = await stand.transport();
    const tls = await stand.trust();
    const listed = await stand.secureOrigin({ host: '::1' }, ['::1']);
    expect((await exchange(transport, `${listed.url}/`, { tls })).status).toBe(200);
    const other = await stand.secureOrigin({ host: '::1' }, ['127.0.0.1']);
    expect(await failureOf(transport, `${other.url}/`, { tls })).toMatchObject({
      code: 'SDK_TLS',
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  on('minVersion refuses an origin that speaks less', async (stand) => {
    const [old, fresh] = [await speaking(stand, 'TLSv1.2'), await speaking(stand, 'TLSv1.3')];
    const transport = await stand.transport();
    const tls: TlsOptions = { ...(await stand.trust()), minVersion: 'TLSv1.3' };
    expect((await exchange(transport, `${fresh}/`, { tls })).text).toBe('TLSv1.3');
    expect(await failureOf(transport, `${old}/`, { tls })).toMatchObject({ code: 'SDK_TLS' });
  });

  on('a client certificate is shown to the origin that asks for one', async (stand) => {
    const authority = await stand.authority();
    const { cert, key } = await authority.issue({ hosts: ['ada'], client: true });
    const leaf = await authority.issue({ hosts: ['127.0.0.1'] });
    const asking = { ...leaf, ca: authority.cert, requestCert: true };
    const origin = await stand.origin({ tls: asking });
    const transport = await stand.transport();
    const ca = authority.cert;
    expect((await exchange(transport, `${origin.url}/`, { tls: { ca, cert, key } })).status).toBe(
      200,
    );
    const passphrase = 'canary';
    const cipher = { cipher: 'aes-256-cbc', passphrase, type: 'pkcs8', format: 'pem' } as const;
    const locked = createPrivateKey(key).export(cipher) as string;
    const opened = { ca, cert, key: locked, passphrase };
    expect((await exchange(transport, `${origin.url}/`, { tls: opened })).status).toBe(200);
    const bare = await failureOf(transport, `${origin.url}/`, { tls: { ca } });
    expect(['SDK_TLS', 'SDK_CONNECTION']).toContain(bare['code']);
    expect(origin.requests.length).toBe(2);
  });

  /** Sends one request on a new socket; answers whether its handshake resumed a session. */
  const resumer = async (stand: TransportStand) => {
    const origin = await stand.secureOrigin();
    const transport = await stand.transport();
    return async (tls: TlsOptions, via?: ProxyServer): Promise<boolean | undefined> => {
      await exchange(transport, `${origin.url}/`, { via, tls, freshSocket: true });
      return origin.requests.at(-1)?.tlsSessionReused;
    };
  };

  on(
    'a session is not resumed under other TLS settings, whose verification it did not pass',
    async (stand) => {
      const resumes = await resumer(stand);
      const blind = { rejectUnauthorized: false };
      expect([await resumes(blind), await resumes(blind)]).toEqual([false, true]);
      expect(await resumes(await stand.trust())).toBe(false);
    },
  );

  if (!can.proxies) return;

  on(
    'TLS sessions are resumed directly and through tunnels, and never from one way to another',
    async (stand) => {
      const resumes = await resumer(stand);
      const tls = await stand.trust();
      const vias = [undefined, serverAt(await stand.proxy()), serverAt(await stand.proxy())];
      for (const via of vias) {
        expect([await resumes(tls, via), await resumes(tls, via)]).toEqual([false, true]);
      }
    },
  );

  on(
    'TLS sessions of an https proxy are resumed with that proxy, and never offered to an origin',
    async (stand) => {
      const origin = await stand.secureOrigin();
      const tls = await (await stand.authority()).issue({ hosts: ['127.0.0.1'] });
      const reused: boolean[] = [];
      const tunnel = scripts.tunnel();
      const both = await stand.scripted(
        async (socket, api) => {
          reused.push((socket as TLSSocket).isSessionReused());
          const { method } = await api.head();
          if (method === 'CONNECT') await tunnel(socket, api);
          else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        },
        { tls },
      );
      const transport = await stand.transport();
      const trust = await stand.trust();
      const via = serverAt(both, { tls: trust });
      for (let i = 0; i < 2; i += 1) {
        await exchange(transport, `${origin.url}/`, { via, tls: trust, freshSocket: true });
      }
      await exchange(transport, `${both.url}/`, { tls: trust });
      expect(reused).toEqual([false, true, false]);
    },
  );

  on(
    'the certificate of an https proxy is checked by httpProxy.tls, that of the origin by tls, and neither by the other',
    async (stand) => {
      const origin = await stand.secureOrigin();
      const proxy = await stand.secureProxy();
      const transport = await stand.transport();
      const trust = await stand.trust();
      const blind = { rejectUnauthorized: false };
      const send = (own: TlsOptions | undefined, tls: TlsOptions | undefined) =>
        ({ via: serverAt(proxy, { tls: own }), tls }) as const;
      for (const ofOrigin of [trust, blind]) {
        const error = await failureOf(transport, `${origin.url}/`, send(undefined, ofOrigin));
        expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tls', requestSent: 'no' });
        expect(error['hint']).toMatch(/httpProxy\.tls\.ca/);
      }
      for (const ofProxy of [trust, blind]) {
        const error = await failureOf(transport, `${origin.url}/`, send(ofProxy, undefined));
        expect(error).toMatchObject({ code: 'SDK_TLS', requestSent: 'no' });
        expect(error['hint']).toMatch(/tls\.ca; behind an intercepting proxy/);
      }
      const both = send({ onlyCa: trust.ca }, trust);
      expect((await exchange(transport, `${origin.url}/`, both)).status).toBe(200);
    },
  );

  on(
    'a client certificate goes to the hop that it was given for, and to no other',
    async (stand) => {
      const authority = await stand.authority();
      const { cert, key } = await authority.issue({ hosts: ['ada'], client: true });
      const leaf = await authority.issue({ hosts: ['127.0.0.1'] });
      const asking = { ...leaf, ca: authority.cert, requestCert: true };
      const [origin, proxy] = [await stand.secureOrigin(), await stand.proxy({ tls: asking })];
      const transport = await stand.transport();
      const tls = await stand.trust();
      const mine = { ...tls, cert, key };
      const via = serverAt(proxy, { tls: mine });
      expect((await exchange(transport, `${origin.url}/`, { via, tls })).status).toBe(200);
      const wrongHop = { via: serverAt(proxy, { tls }), tls: mine };
      expect(await failureOf(transport, `${origin.url}/`, wrongHop)).toMatchObject({
        code: 'SDK_PROXY',
        requestSent: 'no',
      });
    },
  );

  on('servername and minVersion hold for the hop that they are given for', async (stand) => {
    const authority = await stand.authority();
    const leaf = await authority.issue({ hosts: ['proxy.test'] });
    const [origin, proxy] = [await stand.secureOrigin(), await stand.proxy({ tls: leaf })];
    const transport = await stand.transport();
    const trust = await stand.trust();
    const named = { ...trust, servername: 'proxy.test', minVersion: 'TLSv1.3' } as const;
    const right = { via: serverAt(proxy, { tls: named }), tls: trust };
    expect((await exchange(transport, `${origin.url}/`, right)).status).toBe(200);
    const wrongHop = { via: serverAt(proxy, { tls: trust }), tls: named };
    expect(await failureOf(transport, `${origin.url}/`, wrongHop)).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'tls',
    });
  });

  on('https:// in front of a plain proxy is recognised, with the way to mend it', async (stand) => {
    const plain = await stand.scripted(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const via = serverAt({ url: plain.url.replace('http:', 'https:') });
    const error = await failureOf(await stand.transport(), 'https://origin.test/', { via });
    expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tls', requestSent: 'no' });
    expect(error['hint']).toMatch(/plain HTTP: write http:\/\//);
    await until(() => plain.openSockets() === 0, 'the proxy saw the socket close');
  });

  on(
    'http:// in front of a proxy that expects TLS is recognised, with the way to mend it',
    async (stand) => {
      const transport = await stand.transport();
      const alert = await stand.scripted(scripts.tlsInClear);
      const real = await stand.secureProxy();
      const urls = [alert.url, real.url.replace('https:', 'http:')];
      for (const url of urls) {
        const via = serverAt({ url });
        const error = await failureOf(transport, 'https://origin.test/', { via });
        expect(error).toMatchObject({ code: 'SDK_PROXY', phase: 'tunnel', requestSent: 'no' });
        expect(error['hint']).toMatch(/https:\/\//);
      }
    },
  );
}
