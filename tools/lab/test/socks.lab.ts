import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readUntil } from '../access-log.js';
import { readEndpoints } from '../endpoints.js';
import { readDanteLog, readMicrosocksLog, readSshLog } from '../socks-log.js';
import { startEchoOrigin } from './echo-origin.js';
import type { EchoOrigin } from './echo-origin.js';
import { sendRaw } from './raw-http.js';
import {
  openSocks,
  socks4Connect,
  socks5Connect,
  socks5Credentials,
  SOCKS5_CREDENTIALS,
  SOCKS5_NO_CREDENTIALS,
} from './raw-socks.js';

const { dante, microsocks, ssh, squid } = readEndpoints();
const name = squid.originName;

let origin: EchoOrigin;
beforeAll(async () => {
  origin = await startEchoOrigin();
});
afterAll(() => origin.close());

/** What reads of a log are about this test's origin. */
const about = <Line extends { port: number }>(read: () => Promise<Line[]>, count = 1) =>
  readUntil(
    async () => (await read()).filter((line) => line.port === origin.port),
    (lines) => lines.length >= count,
  );

async function fetchThrough(socks: Awaited<ReturnType<typeof openSocks>>): Promise<string> {
  const { body } = await sendRaw(`http://127.0.0.1:${origin.port}/`, { socket: socks.socket });
  socks.socket.destroy();
  return body;
}

/** SOCKS5 without credentials: the second byte of the answer to CONNECT is 0 where it succeeded. */
async function socks5(address: string, target?: string): Promise<string | number | undefined> {
  const socks = await openSocks(address);
  expect(await socks.ask(SOCKS5_NO_CREDENTIALS, 2)).toEqual(Buffer.from([5, 0]));
  const answer = await socks.ask(socks5Connect(origin.port, target), 10);
  if (answer?.[1] === 0) return fetchThrough(socks);
  socks.socket.destroy();
  return answer?.[1];
}

async function socks4(address: string, target?: string): Promise<string | number | undefined> {
  const socks = await openSocks(address);
  const answer = await socks.ask(socks4Connect(origin.port, target), 8);
  if (answer?.[1] === 90) return fetchThrough(socks);
  socks.socket.destroy();
  return answer?.[1];
}

/** The second byte of the answer to credentials: 0 where they are right. */
async function login(address: string, username: string, password: string) {
  const socks = await openSocks(address);
  expect(await socks.ask(SOCKS5_CREDENTIALS, 2)).toEqual(Buffer.from([5, 2]));
  const answer = await socks.ask(socks5Credentials(username, password), 2);
  return { accepted: answer?.[1] === 0, socks };
}

describe.each([
  ['dante', dante],
  ['microsocks', microsocks],
])('the %s of the lab', (_, server) => {
  test('carries SOCKS5 to an address, and to a name that it alone knows', async () => {
    expect(await socks5(server.open)).toBe('hello');
    expect(await socks5(server.open, name)).toBe('hello');
  });

  test('answers that it did not work for a name that nobody knows', async () => {
    expect(await socks5(server.open, 'nobody.lab.test')).toBeGreaterThan(0);
  });

  test('refuses a client that has no credentials, where it asks for some', async () => {
    const socks = await openSocks(server.user);
    expect((await socks.ask(SOCKS5_NO_CREDENTIALS, 2))?.[1] ?? 255).toBe(255);
    socks.socket.destroy();
  });

  test('takes the right password and refuses a wrong one', async () => {
    const right = await login(server.user, server.username, server.password);
    expect(right.accepted).toBe(true);
    expect((await right.socks.ask(socks5Connect(origin.port), 10))?.[1]).toBe(0);
    expect(await fetchThrough(right.socks)).toBe('hello');
    const wrong = await login(server.user, server.username, 'wrong');
    expect(wrong.accepted).toBe(false);
    wrong.socks.socket.destroy();
  });
});

test('dante carries SOCKS4, and knows no SOCKS4a', async () => {
  expect(await socks4(dante.open)).toBe('hello');
  expect(await socks4(dante.open, name)).toBe(91);
});

test('dante notes the user whom it verified', async () => {
  const { socks } = await login(dante.user, dante.username, dante.password);
  await socks.ask(socks5Connect(origin.port), 10);
  expect(await fetchThrough(socks)).toBe('hello');
  const lines = await about(() => readDanteLog(dante.userLog));
  expect(lines.at(-1)).toEqual({ username: dante.username, host: '127.0.0.1', port: origin.port });
  expect((await about(() => readDanteLog(dante.openLog))).at(-1)?.username).toBeUndefined();
});

test('microsocks notes names as they were sent', async () => {
  const before = (await about(() => readMicrosocksLog(microsocks.openLog), 0)).length;
  await socks5(microsocks.open);
  await socks5(microsocks.open, name);
  const lines = await about(() => readMicrosocksLog(microsocks.openLog), before + 2);
  expect(lines.slice(before).map(({ host }) => host)).toEqual(['127.0.0.1', name]);
});

test('ssh -D carries SOCKS 4, 4a and 5, and notes the version and names as they were sent', async () => {
  // The port may have been another origin's before.
  const before = (await about(() => readSshLog(ssh.log), 0)).length;
  expect(await socks4(ssh.socks)).toBe('hello');
  expect(await socks4(ssh.socks, name)).toBe('hello');
  expect(await socks5(ssh.socks)).toBe('hello');
  expect(await socks5(ssh.socks, name)).toBe('hello');
  const lines = await about(() => readSshLog(ssh.log), before + 4);
  expect(lines.slice(before).map(({ version, host }) => [version, host])).toEqual([
    [4, '127.0.0.1'],
    [4, name],
    [5, '127.0.0.1'],
    [5, name],
  ]);
});
