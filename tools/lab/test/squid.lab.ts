import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSquidLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { basicCredentials, connectRaw, sendRaw } from './raw-http.js';

const { squid, certificates } = readEndpoints();
const proxyCa = readFileSync(certificates.proxy.ca, 'utf8');
const originCa = readFileSync(certificates.origin.ca, 'utf8');
const credentials = `${squid.username}:${squid.password}`;
const portOf = (url: string): number => Number(new URL(url).port);

describe('the squid of the lab', () => {
  let secure: EchoOrigin;
  let plain: EchoOrigin;
  beforeAll(async () => {
    secure = await startEchoOrigin(certificates.origin);
    plain = await startEchoOrigin();
  });
  afterAll(async () => {
    await secure.close();
    await plain.close();
  });

  /** What squid itself noted about requests for `target`. */
  const logged = (target: string, count = 1) =>
    readUntil(
      async () => (await readSquidLog(squid.accessLog)).filter((line) => line.target === target),
      (lines) => lines.length >= count,
    );

  test.each([
    ['open', squid.open, {}, undefined],
    ['basic', squid.basic, { credentials }, squid.username],
    ['tls', squid.tls, { ca: proxyCa }, undefined],
    ['tlsBasic', squid.tlsBasic, { ca: proxyCa, credentials }, squid.username],
  ])('its %s port carries TLS to an origin and logs the way', async (_, proxy, how, username) => {
    const authority = `127.0.0.1:${secure.port}`;
    const { status, socket } = await connectRaw(proxy, authority, how);
    expect(status).toBe(200);
    const inner = connectTls({ socket, ca: originCa, servername: 'localhost' });
    await once(inner, 'secureConnect');
    const answer = await sendRaw(`https://${authority}/through`, { socket: inner });
    expect(answer).toMatchObject({ status: 200, body: 'hello' });
    inner.destroy();
    socket.destroy();

    const isThis = (line: { port: number }) => line.port === portOf(proxy);
    const lines = await readUntil(
      async () => (await logged(authority)).filter(isThis),
      (found) => found.length >= 1,
    );
    expect(lines).toEqual([
      {
        result: 'TCP_TUNNEL',
        status: 200,
        method: 'CONNECT',
        target: authority,
        username,
        port: portOf(proxy),
      },
    ]);
  });

  test.each([
    ['no credentials', undefined],
    ['a wrong password', `${squid.username}:wrong`],
    ['an unknown user', `eve:${squid.password}`],
  ])('answers 407 to a CONNECT with %s', async (_, wrong) => {
    const how = wrong === undefined ? {} : { credentials: wrong };
    const { status, head, socket } = await connectRaw(squid.basic, '127.0.0.1:1', how);
    socket.destroy();
    expect(status).toBe(407);
    expect(head).toMatch(/^proxy-authenticate: basic realm="lab"/im);
  });

  test('answers 407 to an absolute-form request without credentials, and forwards it with them', async () => {
    const target = `http://127.0.0.1:${plain.port}/absolute-form`;
    const refused = await sendRaw(squid.basic, { target });
    expect(refused.status).toBe(407);
    expect(plain.seen).toHaveLength(0);

    const headers = { 'proxy-authorization': basicCredentials(credentials) };
    const forwarded = await sendRaw(squid.basic, { target, headers });
    expect(forwarded).toMatchObject({ status: 200, body: 'hello' });
    expect(plain.seen).toHaveLength(1);
    expect(plain.seen[0]?.url).toBe('/absolute-form');
    expect(plain.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(await logged(target, 2)).toMatchObject([
      { status: 407, method: 'GET', username: undefined },
      { status: 200, method: 'GET', username: squid.username },
    ]);
  });

  test('reaches a name that only squid knows', async () => {
    const target = `http://${squid.originName}:${plain.port}/by-name`;
    expect(await sendRaw(squid.open, { target })).toMatchObject({ status: 200, body: 'hello' });
    const direct = sendRaw(target);
    await expect(direct).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
  });

  test('answers 403 for the forbidden name and 503 for a port where nobody listens', async () => {
    const forbidden = await connectRaw(squid.open, `${squid.forbiddenName}:443`);
    forbidden.socket.destroy();
    expect(forbidden.status).toBe(403);
    const refused = await connectRaw(squid.open, '127.0.0.1:1');
    refused.socket.destroy();
    expect(refused.status).toBe(503);
  });

  test('refuses to leave this machine', async () => {
    // 192.0.2.1 is an address for documentation (RFC 5737): nobody has it.
    const { status, socket } = await connectRaw(squid.open, '192.0.2.1:443');
    socket.destroy();
    expect(status).toBe(403);
  });

  test('shows a certificate that the origin authority does not vouch for', async () => {
    const tunnel = connectRaw(squid.tls, '127.0.0.1:1', { ca: originCa });
    await expect(tunnel).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});
