import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readApacheLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { digestAuthorization, digestChallenge } from './raw-digest.js';
import { basicCredentials, connectRaw, sendRaw } from './raw-http.js';

const { apache, certificates } = readEndpoints();
const ca = readFileSync(certificates.proxy.ca, 'utf8');
const credentials = `${apache.username}:${apache.password}`;
const portOf = (url: string): number => Number(new URL(url).port);

describe('the apache of the lab', () => {
  let secure: EchoOrigin;
  let plain: EchoOrigin;
  let authority: string;
  beforeAll(async () => {
    secure = await startEchoOrigin(certificates.origin);
    plain = await startEchoOrigin();
    authority = `127.0.0.1:${secure.port}`;
  });
  afterAll(async () => {
    await secure.close();
    await plain.close();
  });
  const tunnel = async (...args: Parameters<typeof connectRaw>) => {
    const { status, head, socket } = await connectRaw(...args);
    socket.destroy();
    return { status, head };
  };

  test.each([
    ['basic', apache.basic, { credentials }],
    ['tls', apache.tls, { ca }],
    ['tlsBasic', apache.tlsBasic, { ca, credentials }],
  ])('opens a tunnel at its %s port and logs it', async (_, proxy, how) => {
    expect((await tunnel(proxy, authority, how)).status).toBe(200);
    const username = 'credentials' in how ? apache.username : undefined;
    const line = { status: 200, method: 'CONNECT', target: authority, username };
    const lines = await readUntil(
      () => readApacheLog(apache.accessLog),
      (found) => found.some((each) => each.port === portOf(proxy) && each.target === authority),
    );
    expect(lines).toContainEqual({ ...line, port: portOf(proxy) });
  });

  test.each([
    ['plain', apache.digest, {}],
    ['TLS', apache.tlsDigest, { ca }],
  ])('asks for Digest over %s, and opens a tunnel to whoever answers', async (_, proxy, how) => {
    const { status, head } = await tunnel(proxy, authority, how);
    expect(status).toBe(407);
    const challenge = digestChallenge(head);
    expect(challenge).toMatchObject({ realm: apache.realm, algorithm: 'MD5', qop: 'auth' });
    const { username, password } = apache;
    const answer = { username, password, method: 'CONNECT', uri: authority, count: 1 };
    const authorization = digestAuthorization(challenge, answer);
    expect((await tunnel(proxy, authority, { ...how, authorization })).status).toBe(200);
    const wrong = digestAuthorization(challenge, { ...answer, password: 'wrong' });
    expect((await tunnel(proxy, authority, { ...how, authorization: wrong })).status).toBe(407);
  });

  test('answers 407 to wrong Basic credentials, also in absolute-form', async () => {
    expect((await tunnel(apache.basic, authority, { credentials: 'ada:wrong' })).status).toBe(407);
    const target = `http://127.0.0.1:${plain.port}/absolute-form`;
    const wrong = { 'proxy-authorization': basicCredentials('ada:wrong') };
    expect((await sendRaw(apache.basic, { target, headers: wrong })).status).toBe(407);
    expect(plain.seen).toEqual([]);
    const headers = { 'proxy-authorization': basicCredentials(credentials) };
    expect(await sendRaw(apache.basic, { target, headers })).toMatchObject({ status: 200 });
    expect(plain.seen).toHaveLength(1);
  });
});
