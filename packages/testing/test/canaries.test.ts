/** A secret of each kind is planted in each driver, and searched for in everything that the SDK shows of itself. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import type { BaseDriver, DriverOptions } from '@sdk/common';
import type { Origin, Proxy, ScriptedProxy } from '@sdk/testing';
import { outputOf } from '../src/contracts/process-output.js';

// `debug` reads it as it loads, and static imports would come first: hence the dynamic ones below.
process.env['DEBUG'] = '*';

const PASSWORD = 'canary-password';
const SECRET = 'canary-secret';
/** As they are, and as Basic credentials and userinfo carry them. */
const CANARIES = [
  PASSWORD,
  SECRET,
  'canary-session',
  Buffer.from(`ada:${PASSWORD}`).toString('base64'),
  encodeURIComponent(`ada:${PASSWORD}`),
];

let origin: Origin;
let guarded: Proxy;
let refusing: ScriptedProxy;
let drivers: Record<string, (options: DriverOptions) => BaseDriver>;
const signatures = new Set<string>();

beforeAll(async () => {
  const testing = await import('@sdk/testing');
  const { DigitalOceanCompute } = await import('@sdk/compute/drivers/digitalocean');
  const { PowerDns } = await import('@sdk/dns/drivers/powerdns');
  const { S3Storage } = await import('@sdk/storage/drivers/s3');
  // Answers every request with a failure that echoes what it was sent, as some providers do.
  origin = await testing.startOrigin({
    handler(request, response) {
      const authorization = request.headers.authorization ?? '';
      const signature = /Signature=([0-9a-f]+)/.exec(authorization)?.[1];
      if (signature !== undefined) signatures.add(signature);
      const echo = [
        authorization,
        request.headers['x-api-key'],
        request.headers['x-amz-security-token'],
      ];
      response.writeHead(403, {
        'content-type': 'application/json',
        'x-request-id': `${authorization}`,
      });
      response.end(JSON.stringify({ message: `refused: ${echo.join(' ')}`, id: echo.join(' ') }));
    },
  });
  guarded = await testing.startProxy({ credentials: { username: 'ada', password: PASSWORD } });
  refusing = await testing.startScriptedProxy(testing.scripts.refuse(407));
  const endpoint = origin.url;
  drivers = {
    digitalocean: (options) => new DigitalOceanCompute({ ...options, token: SECRET, endpoint }),
    powerdns: (options) => new PowerDns({ ...options, apiKey: SECRET, endpoint }),
    s3: (options) =>
      new S3Storage({
        ...options,
        accessKeyId: 'AKID',
        secretAccessKey: SECRET,
        sessionToken: 'canary-session',
        region: 'us-east-1',
        endpoint,
      }),
  };
});
afterAll(() => Promise.all([origin.close(), guarded.close(), refusing.close()]));

/** All that can be seen of a value. */
function seen(value: unknown): string {
  const whole = inspect(value, { depth: 12, showHidden: true, getters: true });
  const stack =
    value instanceof Error ? `${value.message}${value.stack}${inspect(value.cause)}` : '';
  return `${whole}${JSON.stringify(value) ?? ''}${String(value)}${stack}`;
}

const withPassword = (url: string): string => url.replace('//', `//ada:${PASSWORD}@`);

describe.each(['digitalocean', 'powerdns', 's3'])('of the driver %s', (id) => {
  test.each([
    [
      'the provider refuses, through a proxy that asks for credentials',
      () => withPassword(guarded.url),
    ],
    ['the proxy refuses the credentials', () => withPassword(refusing.url)],
    ['the proxy is not there', () => `http://ada:${PASSWORD}@127.0.0.1:9`],
    [
      'the tunnel is refused',
      () => ({ url: withPassword(refusing.url), tunnel: 'always' as const }),
    ],
  ])('nothing that it shows holds a secret where %s', async (_name, httpProxy) => {
    const lines: unknown[] = [];
    const log = (message: string, fields?: object): void => void lines.push(message, fields);
    const logger = { debug: log, info: log, warn: log, error: log };
    let shown = '';
    let failure: unknown;
    const output = await outputOf(async () => {
      const make = drivers[id] as (options: DriverOptions) => BaseDriver;
      const driver = make({ httpProxy: httpProxy(), logger, retry: { baseDelayMs: 1 }, env: {} });
      failure = await driver
        .request({ method: 'GET', path: '/secret', query: { q: '1' } })
        .catch((error: unknown) => error);
      shown += seen(driver) + seen(driver.with({ httpProxy: httpProxy() })) + seen(failure);
      await driver.close();
    });
    expect(failure).toMatchObject({ code: expect.stringMatching(/^SDK_(PERMISSION|AUTH|PROXY)/) });
    expect(lines.length).toBeGreaterThan(0);
    for (const canary of [...CANARIES, ...signatures]) {
      expect(shown + output + seen(lines)).not.toContain(canary);
    }
  });
});

test('the canaries were there to be found', () => {
  expect(signatures.size).toBeGreaterThan(0);
  expect(JSON.stringify(origin.requests.map(({ headers }) => headers))).toContain(SECRET);
  expect(guarded.stats.forwards).toBeGreaterThan(0);
});
