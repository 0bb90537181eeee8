/** Certificates that must not be trusted, on either hop, and ends that speak TLS where the other does not. */
import { describe, expect, test } from '@jest/globals';
import {
  createCertificateAuthority,
  startOrigin,
  startProxy,
  type IssuedCertificate,
} from '@sdk/testing';
import { keep } from '../connection/stand.js';
import { ca, ENGINES, meet, POST, type Place } from './stand.js';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Certificate {
  readonly certificate: string;
  issue(): Promise<IssuedCertificate>;
  /** OpenSSL's or Node's word for it. */
  readonly reason: string;
}

const CERTIFICATES: readonly Certificate[] = [
  {
    certificate: 'has expired',
    issue: async () => (await ca()).issue({ notAfter: new Date(Date.now() - DAY_MS) }),
    reason: 'CERT_HAS_EXPIRED',
  },
  {
    certificate: 'does not hold yet',
    issue: async () => (await ca()).issue({ notBefore: new Date(Date.now() + DAY_MS) }),
    reason: 'CERT_NOT_YET_VALID',
  },
  {
    certificate: 'is for another host',
    issue: async () => (await ca()).issue({ hosts: ['other.test', '127.0.0.2'] }),
    reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
  },
  {
    certificate: 'is signed by nobody who is known',
    issue: async () => (await createCertificateAuthority('Unknown root')).issue(),
    reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  },
  {
    certificate: 'is for clients',
    issue: async () => (await ca()).issue({ client: true }),
    reason: 'INVALID_PURPOSE',
  },
];

const VIA = ['directly', 'through a tunnel', 'through a tunnel of an https: proxy'] as const;

async function trust(): Promise<{ readonly ca: string }> {
  return { ca: (await ca()).cert };
}

describe.each(ENGINES)('$engine', (engine) => {
  describe.each(CERTIFICATES)('with a certificate that $certificate', ({ issue, reason }) => {
    test.each(VIA)('an origin, reached %s, gets no request', async (via) => {
      const origin = keep(await startOrigin({ tls: await issue() }));
      const proxyTls = via === VIA[2] ? await (await ca()).issue() : undefined;
      const proxy = via === VIA[0] ? undefined : keep(await startProxy({ tls: proxyTls }));
      const place: Place = {
        options: {
          endpoint: origin.url,
          tls: await trust(),
          httpProxy: proxy !== undefined && {
            url: proxy.url,
            tls: proxyTls && (await trust()),
          },
        },
        servers: proxy === undefined ? [origin] : [origin, proxy],
        arrived: () => origin.connections,
      };
      const { facts, tries } = await meet(engine, place, POST);
      expect(facts).toMatchObject({ code: 'SDK_TLS', reason, requestSent: 'no', retryable: false });
      expect([tries, place.arrived(), origin.requests.length]).toEqual([1, 1, 0]);
    });

    test.each(['https:', 'http:'])(
      'an https: proxy gets no request for an %s target',
      async (scheme) => {
        const proxy = keep(await startProxy({ tls: await issue() }));
        const place: Place = {
          options: {
            endpoint: `${scheme}//origin.test`,
            tls: await trust(),
            httpProxy: { url: proxy.url, tls: await trust() },
          },
          servers: [proxy],
          arrived: () => proxy.stats.connections,
        };
        const { facts, tries } = await meet(engine, place, POST);
        expect(facts).toMatchObject({
          code: 'SDK_PROXY',
          phase: 'tls',
          proxy: proxy.url,
          requestSent: 'no',
          retryable: false,
          cause: { code: reason },
        });
        expect([tries, place.arrived(), proxy.requests.length]).toEqual([1, 1, 0]);
      },
    );
  });

  test('an https: proxy in front of a plain one, and an http: one in front of TLS, are told apart', async () => {
    const plain = keep(await startProxy());
    const secure = keep(await startProxy({ tls: await (await ca()).issue() }));
    const swapped = (url: string): string =>
      url.startsWith('https:') ? url.replace('https:', 'http:') : url.replace('http:', 'https:');
    for (const [proxy, phase] of [
      [plain, 'tls'],
      [secure, 'tunnel'],
    ] as const) {
      const place: Place = {
        options: { endpoint: 'https://origin.test', httpProxy: swapped(proxy.url) },
        servers: [proxy],
        arrived: () => proxy.stats.connections,
      };
      const { facts } = await meet(engine, place, POST);
      expect(facts).toMatchObject({ code: 'SDK_PROXY', phase, requestSent: 'no' });
      expect(facts['hint']).toMatch(phase === 'tls' ? /write http:\/\// : /https:\/\//);
      expect(proxy.requests).toEqual([]);
    }
  });

  test.each(VIA.slice(0, 2))(
    'an origin that expects TLS, asked in clear %s, is a failure at once',
    async (via) => {
      const origin = keep(await startOrigin({ tls: await (await ca()).issue() }));
      const proxy = keep(await startProxy());
      const place: Place = {
        options: {
          endpoint: origin.url.replace('https:', 'http:'),
          httpProxy: via === VIA[0] ? false : { url: proxy.url, tunnel: 'always' },
        },
        servers: [origin, proxy],
        arrived: () => origin.connections,
      };
      const { facts, tries } = await meet(engine, place, POST);
      expect(facts).toMatchObject({ code: 'SDK_CONNECTION', requestSent: 'maybe' });
      expect([tries, origin.requests.length]).toEqual([1, 0]);
    },
  );
});
