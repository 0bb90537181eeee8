import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { HttpProxy } from '@sdk/common';
import {
  readApacheLog,
  readSquidLog,
  readTinyproxyLog,
  readUntil,
} from '../../../../tools/lab/access-log.js';
import { readEndpoints } from '../../../../tools/lab/endpoints.js';
import { get, rejection, useConnections } from './connections.js';
import { ENGINES } from './engines.js';
import { originTls, proxyTls } from './origins.js';

const { apache, certificates, haproxy, squid } = readEndpoints();
const pem = ({ cert, key }: { cert: string; key: string }) => ({
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
});
const client = pem(certificates.client);
const stranger = pem(certificates.stranger);
const { username, password } = apache;
const credentials = { username, password };

type Noted = () => Promise<{ method: string; target: string }[]>;
const bySquid: Noted = () => readSquidLog(squid.accessLog);
const byApache: Noted = () => readApacheLog(apache.accessLog);
const byHaproxy: Noted = () => readTinyproxyLog(haproxy.behindLog);

const GOOD: readonly [string, HttpProxy, Noted][] = [
  ['squid', { url: squid.tls, tls: proxyTls }, bySquid],
  [
    'squid with a client certificate',
    { url: squid.tlsClient, tls: { ...proxyTls, ...client } },
    bySquid,
  ],
  ['apache', { url: apache.tls, tls: proxyTls }, byApache],
  ['apache with Basic', { url: apache.tlsBasic, tls: proxyTls, credentials }, byApache],
  ['haproxy before a tinyproxy', { url: haproxy.tls, tls: proxyTls }, byHaproxy],
  [
    'haproxy with a client certificate',
    { url: haproxy.tlsClient, tls: { ...proxyTls, ...client } },
    byHaproxy,
  ],
];

describe.each(ENGINES)('https: proxies on $name', (engine) => {
  const lab = useConnections(engine);

  describe.each(GOOD)('%s', (_, httpProxy, read) => {
    test('carries an https: target by CONNECT and an http: target in absolute-form', async () => {
      const before = (await read()).length;
      expect((await lab.to('http', httpProxy).request(get('/forward'))).body).toBe('hello');
      expect((await lab.to('https', httpProxy).request(get('/tunnel'))).body).toBe('hello');
      const origins = [lab.origins.http.port, lab.origins.https.port];
      await lab.close();
      const lines = await readUntil(
        async () =>
          (await read())
            .slice(before)
            .filter(({ target }) =>
              origins.some((each) => new RegExp(`:${each}(?:/|$)`).test(target)),
            ),
        (found) => found.length >= 2,
      );
      expect(lines).toHaveLength(2);
      expect(lines.find(({ method }) => method === 'GET')?.target).toBe(
        `http://${lab.authority('http')}/forward`,
      );
      expect(lines.find(({ method }) => method === 'CONNECT')?.target).toBe(lab.authority('https'));
    });
  });

  describe.each([
    ['squid', squid.tlsClient],
    ['haproxy', haproxy.tlsClient],
  ])('%s, which asks for a client certificate,', (_, url) => {
    test.each<[string, string, Record<string, string>]>([
      ['none', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', {}],
      ["a stranger's", 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', stranger],
    ])('given %s, fails by a ProxyError of phase tls (%s)', async (_name, code, shown) => {
      const httpProxy = { url, tls: { ...proxyTls, ...shown } };
      for (const scheme of ['http', 'https'] as const) {
        const error = await rejection(lab.to(scheme, httpProxy).request(get('/')));
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'tls', requestSent: 'no', retryable: false },
          message: expect.stringContaining(code),
          hint: expect.stringContaining('httpProxy.tls.cert'),
        });
        expect(lab.origins[scheme].seen).toEqual([]);
      }
    });

    test('given the right one, resumes TLS or does not, and opens tunnel after tunnel', async () => {
      lab.origins.https.answerWith(200, { connection: 'close' });
      const there = lab.to('https', { url, tls: { ...proxyTls, ...client } });
      for (let i = 0; i < 4; i += 1) {
        expect((await there.request(get(`/${i}`))).body).toBe('hello');
      }
    });
  });

  test.each<[string, HttpProxy]>([
    ['directly', false],
    ['in a tunnel', squid.open],
    ['in a tunnel of an https: proxy', { url: apache.tls, tls: proxyTls }],
  ])(
    'an origin that asks for a client certificate, reached %s without one, is a TlsError that names tls.cert',
    async (_, httpProxy) => {
      const options = { endpoint: haproxy.tlsClient, tls: proxyTls };
      const error = await rejection(lab.to('https', httpProxy, options).request(get('/')));
      expect(error).toMatchObject({
        ...{ code: 'SDK_TLS', reason: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
        ...{ requestSent: 'no', retryable: false, hint: expect.stringContaining('tls.cert') },
      });
    },
  );

  test.each([
    ['expired', haproxy.expired, 'CERT_HAS_EXPIRED', /expired/],
    [
      'for another host',
      haproxy.wrongHost,
      'ERR_TLS_CERT_ALTNAME_INVALID',
      /httpProxy\.tls\.servername/,
    ],
    ['self-signed', haproxy.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT', /httpProxy\.tls\.ca/],
  ])(
    'a certificate that is %s is a ProxyError of phase tls with a hint',
    async (_, url, code, hint) => {
      for (const scheme of ['http', 'https'] as const) {
        const error = await rejection(lab.to(scheme, { url, tls: proxyTls }).request(get('/')));
        expect(error).toMatchObject({
          ...{ code: 'SDK_PROXY', phase: 'tls', requestSent: 'no' },
          ...{ message: expect.stringContaining(code), hint: expect.stringMatching(hint) },
        });
        expect(lab.origins[scheme].seen).toEqual([]);
      }
    },
  );

  test('rejectUnauthorized: false for the proxy lets a bad certificate of the proxy pass, and none of the origin', async () => {
    const httpProxy = { url: haproxy.selfSigned, tls: { rejectUnauthorized: false } };
    expect((await lab.to('https', httpProxy).request(get('/'))).body).toBe('hello');
    const unknown = lab.to('https', httpProxy, { tls: proxyTls });
    expect(await rejection(unknown.request(get('/')))).toMatchObject({ code: 'SDK_TLS' });
  });

  test('httpProxy.tls.servername names the certificate of a proxy that is reached by another name', async () => {
    const tls = { ...proxyTls, servername: 'elsewhere.lab.test' };
    const httpProxy = { url: haproxy.wrongHost, tls };
    expect((await lab.to('https', httpProxy).request(get('/'))).body).toBe('hello');
  });

  test("tls.ca, which is for the origin, does not vouch for an https: proxy's certificate", async () => {
    for (const url of [squid.tls, apache.tls, haproxy.tls]) {
      const there = lab.to('https', url, { tls: originTls });
      expect(await rejection(there.request(get('/')))).toMatchObject({
        ...{ code: 'SDK_PROXY', phase: 'tls', hint: expect.stringContaining('httpProxy.tls.ca') },
      });
    }
  });

  test('http:// to a port that speaks TLS, and https:// to one that does not, each get a hint at the other', async () => {
    const plain = await rejection(
      lab.to('https', haproxy.tls.replace('https:', 'http:')).request(get('/')),
    );
    expect(plain).toMatchObject({ code: 'SDK_PROXY', hint: expect.stringContaining('https://') });
    const tls = await rejection(
      lab.to('https', squid.open.replace('http:', 'https:')).request(get('/')),
    );
    expect(tls).toMatchObject({ code: 'SDK_PROXY', hint: expect.stringContaining('http://') });
  });
});
