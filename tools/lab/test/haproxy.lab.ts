import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTinyproxyLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { connectRaw } from './raw-http.js';

const { haproxy, certificates } = readEndpoints();
const ca = readFileSync(certificates.proxy.ca, 'utf8');
const pem = ({ cert, key }: { cert: string; key: string }) => ({
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
});

describe('the haproxy of the lab', () => {
  let origin: EchoOrigin;
  let authority: string;
  beforeAll(async () => {
    origin = await startEchoOrigin(certificates.origin);
    authority = `127.0.0.1:${origin.port}`;
  });
  afterAll(() => origin.close());
  const statusOf = async (...args: Parameters<typeof connectRaw>) => {
    const { status, socket } = await connectRaw(...args);
    socket.destroy();
    return status;
  };

  test.each([
    ['tls', haproxy.tls, { ca }],
    ['tlsClient', haproxy.tlsClient, { ca, ...pem(certificates.client) }],
  ])('hands a CONNECT at its %s port to the tinyproxy behind it', async (_, proxy, how) => {
    const before = (await readTinyproxyLog(haproxy.behindLog)).length;
    expect(await statusOf(proxy, authority, how)).toBe(200);
    const lines = await readUntil(
      async () => (await readTinyproxyLog(haproxy.behindLog)).slice(before),
      (found) => found.length > 0,
    );
    expect(lines).toEqual([{ method: 'CONNECT', target: authority }]);
  });

  test.each([
    ['none', {}, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
    ['one of a stranger', pem(certificates.stranger), 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  ])(
    'ends the connection by an alert where a client has to show a certificate and shows %s',
    async (_, shown, code) => {
      const refused = statusOf(haproxy.tlsClient, authority, { ca, ...shown });
      await expect(refused).rejects.toMatchObject({ code });
    },
  );

  test.each([
    ['expired', haproxy.expired, 'CERT_HAS_EXPIRED'],
    ['for another host', haproxy.wrongHost, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', haproxy.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('shows a certificate that is %s', async (_, proxy, code) => {
    await expect(statusOf(proxy, authority, { ca })).rejects.toMatchObject({ code });
  });
});
