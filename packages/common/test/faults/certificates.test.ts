/** Certificates that must not be trusted, on either hop, and ends that speak TLS where the other does not. */
import { describe, expect, test } from '@jest/globals';
import {
  createCertificateAuthority,
  createSelfSignedCertificate,
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
    certificate: 'nobody but its own key signed',
    issue: () => createSelfSignedCertificate(),
    reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  },
  {
    certificate: 'is for clients',
    issue: async () => (await ca()).issue({ client: true }),
    reason: 'INVALID_PURPOSE',
  },
];

const notTls = { code: 'SDK_PROXY', phase: 'tls', requestSent: 'no' };
const writePlain = /write http:\/\//;
const writeSecure = /https:\/\//;

/** Proxies under the wrong scheme. */
const MISTAKEN = [
  {
    speaks: 'http:',
    written: 'https:',
    target: 'https:',
    says: notTls,
    hint: writePlain,
    tries: 1,
  },
  { speaks: 'http:', written: 'https:', target: 'http:', says: notTls, hint: writePlain, tries: 1 },
  {
    speaks: 'https:',
    written: 'http:',
    target: 'https:',
    says: { code: 'SDK_PROXY', phase: 'tunnel', requestSent: 'no' },
    hint: writeSecure,
    tries: 3,
  },
  {
    speaks: 'https:',
    written: 'http:',
    target: 'http:',
    // In absolute-form the request itself is the first that it hears: what became of it is not known.
    says: { code: 'SDK_CONNECTION', reason: 'ECONNRESET', requestSent: 'maybe' },
    hint: writeSecure,
    tries: 1,
  },
] as const;

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

  test.each(MISTAKEN)(
    'a $speaks proxy that is written $written is told by its hint, on the way to an $target target',
    async ({ speaks, written, target, says, hint, tries }) => {
      const tls = speaks === 'https:' ? await (await ca()).issue() : undefined;
      const proxy = keep(await startProxy({ tls }));
      const place: Place = {
        options: {
          endpoint: `${target}//origin.test`,
          httpProxy: proxy.url.replace(speaks, written),
        },
        servers: [proxy],
        arrived: () => proxy.stats.connections,
      };
      const { facts, tries: tried } = await meet(engine, place, POST);
      expect(facts).toMatchObject(says);
      expect(facts['hint']).toMatch(hint);
      expect([tried, place.arrived(), proxy.requests]).toEqual([tries, tries, []]);
    },
  );

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
      expect(facts).toMatchObject({
        code: 'SDK_CONNECTION',
        reason: 'ECONNRESET',
        requestSent: 'maybe',
      });
      expect([tries, place.arrived(), origin.requests.length]).toEqual([1, 1, 0]);
    },
  );
});
