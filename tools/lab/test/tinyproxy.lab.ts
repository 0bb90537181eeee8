import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTinyproxyLog, readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { basicCredentials, connectRaw, sendRaw } from './raw-http.js';

const { tinyproxy, certificates } = readEndpoints();
const originCa = readFileSync(certificates.origin.ca, 'utf8');
const credentials = `${tinyproxy.username}:${tinyproxy.password}`;

describe('the tinyproxies of the lab', () => {
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

  test.each([
    ['open', tinyproxy.open, tinyproxy.openLog, {}],
    ['basic', tinyproxy.basic, tinyproxy.basicLog, { credentials }],
  ])('the %s one carries TLS to an origin and logs the way', async (_, proxy, log, how) => {
    const authority = `127.0.0.1:${secure.port}`;
    const { head, socket } = await connectRaw(proxy, authority, how);
    expect(head).toMatch(/^HTTP\/1\.0 200 /);
    const inner = connectTls({ socket, ca: originCa, servername: 'localhost' });
    await once(inner, 'secureConnect');
    const answer = await sendRaw(`https://${authority}/through`, { socket: inner });
    expect(answer).toMatchObject({ status: 200, body: 'hello' });
    inner.destroy();
    socket.destroy();

    const isThis = (line: { target: string }) => line.target === authority;
    const lines = await readUntil(
      () => readTinyproxyLog(log),
      (found) => found.some(isThis),
    );
    expect(lines.filter(isThis)).toEqual([{ method: 'CONNECT', target: authority }]);
  });

  test('answers 407 where credentials are missing and 401 where they are wrong', async () => {
    const missing = await connectRaw(tinyproxy.basic, '127.0.0.1:1');
    missing.socket.destroy();
    expect(missing.status).toBe(407);
    const wrong = await connectRaw(tinyproxy.basic, '127.0.0.1:1', { credentials: 'ada:wrong' });
    wrong.socket.destroy();
    expect(wrong.status).toBe(401);
  });

  test('forwards an absolute-form request without the credentials', async () => {
    const target = `http://127.0.0.1:${plain.port}/absolute-form`;
    const headers = { 'proxy-authorization': basicCredentials(credentials) };
    const answer = await sendRaw(tinyproxy.basic, { target, headers });
    expect(answer).toMatchObject({ status: 200, body: 'hello' });
    expect(plain.seen).toHaveLength(1);
    expect(plain.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    const lines = await readUntil(
      () => readTinyproxyLog(tinyproxy.basicLog),
      (found) => found.some((line) => line.target === target),
    );
    expect(lines).toContainEqual({ method: 'GET', target });
  });
});
