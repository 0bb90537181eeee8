import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSquidLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { digestAuthorization, digestChallenge } from './raw-digest.js';
import { connectRaw } from './raw-http.js';

const run = promisify(execFile);
const { squid, squidDigest, squidNegotiate, certificates } = readEndpoints();
const ca = readFileSync(certificates.proxy.ca, 'utf8');
const pem = ({ cert, key }: { cert: string; key: string }) => ({
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
});

let origin: EchoOrigin;
let authority: string;
beforeAll(async () => {
  origin = await startEchoOrigin(certificates.origin);
  authority = `127.0.0.1:${origin.port}`;
});
afterAll(() => origin.close());

const tunnel = async (...args: Parameters<typeof connectRaw>) => {
  const { status, head, socket } = await connectRaw(...args);
  socket.destroy();
  return { status, head };
};
const usersOf = (accessLog: string, status: number, count: number) =>
  readUntil(
    async () =>
      (await readSquidLog(accessLog))
        .filter((line) => line.target === authority && line.status === status)
        .map(({ username }) => username),
    (users) => users.length >= count,
  );

describe('the squid with Digest', () => {
  const { username, password, url } = squidDigest;
  const answer = (challenge: Record<string, string>, count: number, secret = password) => ({
    authorization: digestAuthorization(challenge, {
      ...{ username, password: secret, method: 'CONNECT', uri: authority, count },
    }),
  });

  test('offers MD5 with qop=auth and nothing else', async () => {
    const { status, head } = await tunnel(url, authority);
    expect(status).toBe(407);
    expect(head.match(/^proxy-authenticate: \w+/gim)).toEqual(['Proxy-Authenticate: Digest']);
    expect(digestChallenge(head)).toMatchObject({
      realm: squidDigest.realm,
      nonce: expect.stringMatching(/./),
      qop: 'auth',
    });
  });

  test('takes a nonce on one connection after another, until it calls it stale', async () => {
    const challenge = digestChallenge((await tunnel(url, authority)).head);
    let taken = 0;
    let last = { status: 200, head: '' };
    while (last.status === 200 && taken <= 2 * squidDigest.nonceUses) {
      last = await tunnel(url, authority, answer(challenge, taken + 1));
      if (last.status === 200) taken += 1;
    }
    expect(last.status).toBe(407);
    expect(digestChallenge(last.head)).toMatchObject({ stale: 'true' });
    expect(taken).toBeGreaterThanOrEqual(squidDigest.nonceUses);
    const users = await usersOf(squidDigest.accessLog, 200, taken);
    expect(new Set(users)).toEqual(new Set([username]));
  });

  test('refuses a wrong password, and does not call that stale', async () => {
    const challenge = digestChallenge((await tunnel(url, authority)).head);
    const refused = await tunnel(url, authority, answer(challenge, 1, 'wrong'));
    expect(refused.status).toBe(407);
    expect(digestChallenge(refused.head)['stale'] ?? 'false').toBe('false');
  });
});

describe('the squid with Negotiate', () => {
  /** In a process of its own: a second test file that loads the addon into the same process would wait for it forever. */
  const tokenFor = async (service: string): Promise<string> => {
    const script = `
      const { initializeClient } = require(process.argv[1]);
      initializeClient(process.argv[2]).then((client) => client.step('')).then(console.log);`;
    const args = ['-e', script, squidNegotiate.modulePath, service];
    return (await run(process.execPath, args)).stdout.trim();
  };

  test('offers Negotiate and nothing else', async () => {
    const { status, head } = await tunnel(squidNegotiate.url, authority);
    expect(status).toBe(407);
    expect(head.match(/^proxy-authenticate: .*$/gim)).toEqual(['Proxy-Authenticate: Negotiate']);
  });

  test('opens a tunnel to whoever has a ticket, and logs whose it is', async () => {
    const authorization = `Negotiate ${await tokenFor('HTTP@localhost')}`;
    const { status } = await tunnel(squidNegotiate.url, authority, { authorization });
    expect(status).toBe(200);
    expect(await usersOf(squidNegotiate.accessLog, 200, 1)).toEqual([squidNegotiate.principal]);
  });

  test('refuses what is no ticket', async () => {
    const authorization = `Negotiate ${Buffer.from('no ticket').toString('base64')}`;
    const { status } = await tunnel(squidNegotiate.url, authority, { authorization });
    expect(status).toBe(407);
  });
});

describe("squid's port that wants a client certificate", () => {
  test('opens a tunnel to a client that shows one', async () => {
    const how = { ca, ...pem(certificates.client) };
    expect((await tunnel(squid.tlsClient, authority, how)).status).toBe(200);
  });

  test.each([
    ['none', {}, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
    ['one of a stranger', pem(certificates.stranger), 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  ])('ends the connection by an alert where the client shows %s', async (_, shown, code) => {
    const refused = tunnel(squid.tlsClient, authority, { ca, ...shown });
    await expect(refused).rejects.toMatchObject({ code });
  });
});
