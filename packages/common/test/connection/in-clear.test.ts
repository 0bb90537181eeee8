import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { AxiosTransport, BaseConnection } from '@sdk/common';
import type { ConnectionOptions, HeaderBag, Logger, SignableRequest } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { scripts, startScriptedProxy } from '@sdk/testing';
import { keep, origin } from './stand.js';

class WithToken extends BaseConnection {
  protected override authorize(headers: HeaderBag): void {
    headers.set('Authorization', 'Bearer canary');
  }
}
class Signed extends BaseConnection {
  protected override sign({ headers }: SignableRequest): void {
    headers.set('Authorization', 'AWS4-HMAC-SHA256 Credential=canary');
  }
}
class WithKey extends BaseConnection {
  protected override defaultHeaders(): Record<string, string> {
    return { 'X-API-Key': 'canary' };
  }
}

type Class = new (options: ConnectionOptions) => BaseConnection;

/** Everything that a logger was warned of by two requests. */
async function warnings(
  Connection: Class,
  options: Partial<ConnectionOptions> & { endpoint: string },
) {
  const told: unknown[][] = [];
  const quiet = (): void => undefined;
  const logger: Logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (...all) => void told.push(all),
  };
  const connection = keep(new Connection({ env: {}, logger, ...options }));
  for (let call = 0; call < 2; call += 1) await connection.request({ method: 'GET', path: '/' });
  await connection.with({ userAgent: 'view/1' }).request({ method: 'GET', path: '/' });
  expect(JSON.stringify(told)).not.toContain('canary');
  return told;
}

/** A transport that finds every name on loopback. */
function resolving(): AxiosTransport {
  return keep(
    new AxiosTransport({
      lookup: (_name, { all }, found) =>
        all === true
          ? found(null, [{ address: '127.0.0.1', family: 4 }])
          : found(null, '127.0.0.1', 4),
    }),
  );
}

const otherMachine = (port: number): string => `http://api.test:${port}`;

test.each([
  ['a token', WithToken],
  ['a signature', Signed],
  ['a key', WithKey],
] as const)(
  '%s that goes over http: to another machine is warned of once, with all views together',
  async (_what, Connection) => {
    const { port } = await origin();
    const endpoint = otherMachine(port);
    expect(await warnings(Connection, { endpoint, transport: resolving() })).toEqual([
      [
        `Credentials go to ${endpoint} in clear, where anybody on the way can read them; write https:// in the endpoint`,
        { code: 'SDK_CREDENTIALS_IN_CLEAR', origin: endpoint },
      ],
    ]);
  },
);

test('a way through a proxy is in clear, too', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';
  const { url } = keep(await startScriptedProxy(scripts.answer(answer, 'end')));
  const told = await warnings(WithToken, { endpoint: 'http://api.test', httpProxy: url });
  expect(told).toMatchObject([
    [expect.stringContaining('http://api.test in clear'), { origin: 'http://api.test' }],
  ]);
});

test('nothing is said where nothing is secret, and of this machine', async () => {
  const { port } = await origin();
  const transport = resolving();
  expect(await warnings(BaseConnection, { endpoint: otherMachine(port), transport })).toEqual([]);
  for (const host of ['127.0.0.1', 'localhost', 'api.localhost']) {
    expect(await warnings(WithToken, { endpoint: `http://${host}:${port}`, transport })).toEqual(
      [],
    );
  }
  expect(
    await warnings(WithToken, {
      endpoint: otherMachine(port).replace('api.test', '127.evil.test'),
      transport,
    }),
  ).toHaveLength(1);
});

test.each([AxiosTransport, UndiciTransport])(
  'nothing is said of a unix socket (%p)',
  async (Transport) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'in-clear-'));
    const server = createServer((_request, response) => response.end('{}'));
    const socketPath = path.join(folder, 'api.sock');
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const transport = new Transport({ socketPath });
    try {
      expect(await warnings(WithToken, { endpoint: 'http://api.test', transport })).toEqual([]);
    } finally {
      await transport.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    }
  },
);
