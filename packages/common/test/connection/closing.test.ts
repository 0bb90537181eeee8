import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { ConnectionOptions, HeaderBag, SignableRequest, Transport } from '@sdk/common';
import { until } from '@sdk/testing';
import { ENGINES } from '../engines.js';
import { connect, keep, origin, proxy, rejection } from './stand.js';

class SlowToken extends BaseConnection {
  protected override async authorize(headers: HeaderBag): Promise<void> {
    await sleep(60);
    headers.set('Authorization', 'Bearer x');
  }
}

class SlowSigner extends BaseConnection {
  protected override async sign(request: SignableRequest): Promise<void> {
    await sleep(60);
    request.headers.set('X-Signature', 'x');
  }
}

/** What a call comes to whose connection is closed while it still prepares. */
async function closedMeanwhile(connection: BaseConnection): Promise<unknown> {
  const call = rejection(connection.request({ method: 'GET', path: '/' }));
  await sleep(20);
  await connection.close();
  return call;
}

describe('closing while a call prepares leaves nothing to be sent', () => {
  test.each([
    ['authorizes', SlowToken],
    ['signs', SlowSigner],
  ])('while it %s', async (_name, Class) => {
    const server = await origin();
    const options: ConnectionOptions = { endpoint: server.url, env: {} };
    expect(await closedMeanwhile(keep(new Class(options)))).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'close',
    });
    expect(server.connections).toBe(0);
  });

  test('while it asks for the credentials of the proxy', async () => {
    const [server, gate] = await Promise.all([origin(), proxy()]);
    const credentials = async () => {
      await sleep(60);
      return { username: 'ada', password: 'x' };
    };
    const connection = connect(server.url, { httpProxy: { url: gate.url, credentials } });
    expect(await closedMeanwhile(connection)).toMatchObject({ field: 'close' });
    expect(gate.stats.forwards).toBe(0);
  });
});

describe.each(ENGINES)('closing a driver is told as that, under %s', (_name, Engine) => {
  const opened = (url: string): { driver: BaseConnection; transport: Transport } => {
    const transport = new Engine();
    return { driver: connect(url, { transport }), transport };
  };
  const end = async ({ driver, transport }: ReturnType<typeof opened>): Promise<void> => {
    await driver.close();
    await transport.close();
  };

  test.each(['/hang', '/stall'])('by a request to %s, with what was sent', async (path) => {
    const server = await origin();
    const both = opened(server.url);
    const call = rejection(both.driver.request({ method: 'POST', path, json: {} }));
    await until(() => server.requests.length === 1);
    await sleep(50);
    await end(both);
    expect(await call).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'close',
      attempts: [{ number: 1 }],
    });
  });

  test('by a stream in the hands of the caller', async () => {
    const server = await origin();
    const both = opened(server.url);
    const spec = { method: 'GET', path: '/stall', expect: 'stream' } as const;
    const { body } = await both.driver.request<Readable>(spec);
    const read = rejection(buffer(body));
    await sleep(50);
    await end(both);
    expect(await read).toMatchObject({
      code: 'SDK_CONNECTION',
      message: expect.stringContaining('The transport was closed'),
      requestSent: 'yes',
    });
  });
});

// Each would wait far longer than a test may take.
test.each([
  ['a selector', { httpProxy: () => new Promise<false>(() => undefined) }],
  [
    'credentials of the proxy',
    {
      httpProxy: {
        url: 'http://127.0.0.1:9',
        credentials: () => new Promise<never>(() => undefined),
      },
    },
  ],
])('closing ends the wait for %s that never comes', async (_name, options) => {
  const connection = connect('http://origin.invalid', options);
  const call = rejection(connection.request({ method: 'GET', path: '/' }));
  await sleep(20);
  await connection.close();
  expect(await call).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
});

test('a hook that closes its own driver and then waits holds nothing up', async () => {
  class Closing extends BaseConnection {
    protected override authorize(): Promise<void> {
      void this.close();
      return new Promise(() => undefined);
    }
  }
  const connection = keep(new Closing({ endpoint: 'http://origin.invalid', env: {} }));
  expect(await rejection(connection.request({ method: 'GET', path: '/' }))).toMatchObject({
    code: 'SDK_CONFIGURATION',
    field: 'close',
  });
});

describe('closing ends what waits for nothing but time', () => {
  test('a pause that the provider asked for', async () => {
    const server = await origin((_request, response) =>
      response.writeHead(503, { 'retry-after': '50' }).end(),
    );
    const connection = connect(server.url, { retry: { attempts: 3 } });
    const call = rejection(connection.request({ method: 'GET', path: '/' }));
    await until(() => server.requests.length === 1);
    await sleep(30);
    await connection.close();
    const error = await call;
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field: 'close',
      attempts: [{ number: 1, status: 503 }],
    });
    expect(error.message).not.toContain('nothing was sent');
    expect(server.requests).toHaveLength(1);
  });

  test('a turn under a limit of the rate', async () => {
    const server = await origin();
    const connection = connect(server.url, { limits: { perSecond: 0.02 } });
    await connection.request({ method: 'GET', path: '/' });
    const call = rejection(connection.request({ method: 'GET', path: '/' }));
    await sleep(30);
    await connection.close();
    expect(await call).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'close' });
    expect(server.requests).toHaveLength(1);
  });
});
