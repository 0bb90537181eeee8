import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { BaseConnection, DEFAULT_RETRY, DEFAULT_TIMEOUTS } from '@sdk/common';
import type { CallOptions, ConnectionOptions } from '@sdk/common';
import { createCertificateAuthority, startOrigin } from '@sdk/testing';
import { connect, keep, origin, rejection, thrown } from './stand.js';

const endpoint = 'http://127.0.0.1:9';
const secret = 'canary-9';
const { cert: pem } = await createCertificateAuthority();
const timer = () => undefined;
const logger = { debug: timer, info: timer, warn: timer };

/** What is wrong, the options, the field that the error names, and a part of its message. */
const bad: [string, Record<string, unknown>, string, RegExp][] = [
  ['an unknown key', { httpproxy: secret }, 'options.httpproxy', /did you mean "httpProxy"/],
  ['a swapped key', { timeuots: {} }, 'options.timeuots', /did you mean "timeouts"/],
  ['a key far from all', { zzzzzzzz: 1 }, 'options.zzzzzzzz', /known are/],
  ['a zero timer', { timeouts: { idleMs: 0 } }, 'timeouts.idleMs', /above 0.*not 0/],
  ['an endless timer', { timeouts: { totalMs: Infinity } }, 'timeouts.totalMs', /not Infinity/],
  [
    'a timer that Node cannot hold',
    { timeouts: { poolMs: 2 ** 31 } },
    'timeouts.poolMs',
    /2147483647/,
  ],
  ['a timer that is a text', { timeouts: { proxyMs: '5s' } }, 'timeouts.proxyMs', /a string/],
  ['an unknown timer', { timeouts: { total: 5 } }, 'timeouts.total', /did you mean "totalMs"/],
  ['timers that are a number', { timeouts: 5 }, 'timeouts', /a number/],
  ['no attempt', { retry: { attempts: 0 } }, 'retry.attempts', /from 1.*not 0/],
  ['half an attempt', { retry: { attempts: 1.5 } }, 'retry.attempts', /not 1.5/],
  ['a pause below zero', { retry: { baseDelayMs: -1 } }, 'retry.baseDelayMs', /not -1/],
  [
    'a pause that is no number',
    { retry: { maxRetryAfterMs: NaN } },
    'retry.maxRetryAfterMs',
    /not NaN/,
  ],
  ['a budget that is a text', { retry: { budget: 'x' } }, 'retry.budget', /a string/],
  ['an unknown rule', { retry: { attempt: 3 } }, 'retry.attempt', /did you mean "attempts"/],
  ['retry: true', { retry: true }, 'retry', /false or an object/],
  ['retry: null', { retry: null }, 'retry', /null/],
  [
    'an unknown TLS member',
    { tls: { rejectunauthorised: false } },
    'tls.rejectunauthorised',
    /rejectUnauthorized/,
  ],
  ['a certificate without its key', { tls: { cert: pem } }, 'tls.key', /without tls.key/],
  ['ca and onlyCa', { tls: { ca: pem, onlyCa: pem } }, 'tls.onlyCa', /cannot both/],
  ['a path as a certificate', { tls: { ca: '/etc/canary-9.pem' } }, 'tls.ca', /no PEM block/],
  [
    'a text for rejectUnauthorized',
    { tls: { rejectUnauthorized: 'no' } },
    'tls.rejectUnauthorized',
    /true or false/,
  ],
  ['an endpoint with credentials', { endpoint: 'http://u:canary-9@h' }, 'endpoint', /credentials/],
  ['an endpoint with a query', { endpoint: 'http://h/?token=canary-9' }, 'endpoint', /query/],
  ['an endpoint with a fragment', { endpoint: 'http://h/#canary-9' }, 'endpoint', /fragment/],
  [
    'an endpoint of another scheme',
    { endpoint: 'ftp://h' },
    'endpoint',
    /http:\/\/ or https:\/\/.*ftp:/,
  ],
  ['an endpoint without a scheme', { endpoint: 'canary-9:pw@h' }, 'endpoint', /has no scheme$/],
  ['an endpoint that is no URL', { endpoint: 'canary-9' }, 'endpoint', /could not be read/],
  ['no endpoint', { endpoint: undefined }, 'endpoint', /undefined/],
  ['a user agent with a line break', { userAgent: 'x\r\nX: canary-9' }, 'userAgent', /one line/],
  ['a blank user agent', { userAgent: ' ' }, 'userAgent', /not blank/],
  ['a user agent that is a record', { userAgent: {} }, 'userAgent', /an object/],
  ['a logger without a method', { logger }, 'logger.error', /no method error/],
  ['a logger that is a function', { logger: timer }, 'logger', /must be an object/],
  ['a transport without send', { transport: { close: timer } }, 'transport.send', /no method send/],
  ['a transport that is a text', { transport: 'axios' }, 'transport', /a string/],
  ['an environment that is a list', { env: [] }, 'env', /a list/],
  ['a variable that is a number', { env: { http_proxy: 3128 } }, 'env.http_proxy', /a number/],
  ['httpProxy: null', { httpProxy: null }, 'httpProxy', /is null$/],
  ["httpProxy: ''", { httpProxy: '' }, 'httpProxy', /an empty string$/],
  ['a bare direct', { httpProxy: 'direct' }, 'httpProxy', /is 'direct'$/],
  ['a proxy URL of another scheme', { httpProxy: 'ftp://u:canary-9@h' }, 'httpProxy', /scheme/],
];

describe('a value of another kind is refused with what to write:', () => {
  test.each([
    [{ timeouts: 5000 }, 'Write timeouts: { totalMs: 5000 }.'],
    [{ tls: true }, 'Write { ca: '],
    [{ retry: 7 }, 'retry: { attempts: 7 }'],
  ])('%j', (options, remedy) => {
    const error = thrown(() => new BaseConnection({ endpoint, ...(options as object) }));
    expect(error).toMatchObject({ hint: expect.stringContaining(remedy) });
  });
});

describe('a connection is refused', () => {
  test.each(bad)('for %s', (_name, options, field, message) => {
    const error = thrown(() => new BaseConnection({ endpoint, ...options }));
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field,
      message: expect.stringMatching(message),
    });
    expect(error.message + inspect(error) + JSON.stringify(error)).not.toContain(secret);
  });

  test.each([undefined, null, 'http://h', 7, []])(
    'for options that are no object: %s',
    (options) => {
      const error = thrown(() => new BaseConnection(options as unknown as ConnectionOptions));
      expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'options' });
    },
  );
});

describe('a call is refused', () => {
  const badCalls: [string, Record<string, unknown>, string, RegExp][] = [
    ['an unknown key', { sgnal: 1 }, 'call options.sgnal', /did you mean "signal"/],
    ['a driver’s option', { tls: {} }, 'call options.tls', /no member "tls"/],
    ['a signal that is none', { signal: {} }, 'signal', /an object/],
    ['onProgress that is no function', { onProgress: {} }, 'onProgress', /a function/],
    ['headers that are a list', { headers: [] }, 'headers', /a list/],
    ['a zero timer', { timeouts: { totalMs: 0 } }, 'timeouts.totalMs', /not 0/],
    ['an endless pause', { retry: { maxDelayMs: Infinity } }, 'retry.maxDelayMs', /Infinity/],
    ['httpProxy: null', { httpProxy: null }, 'httpProxy', /null/],
    [
      'options that are a text',
      'x' as unknown as Record<string, unknown>,
      'call options',
      /a string/,
    ],
  ];

  test.each(badCalls)('for %s, and nothing is sent', async (_name, options, field, message) => {
    const server = await origin();
    const error = await rejection(
      connect(server.url).request({ method: 'GET', path: '/' }, options as CallOptions),
    );
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field,
      message: expect.stringMatching(message),
    });
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ['an expectation that is none', { expect: 'html' }, 'expect'],
    ['a limit that is none', { limitBytes: -1 }, 'limitBytes'],
  ])('for %s', async (_name, spec, field) => {
    const call = connect(endpoint).request({ method: 'GET', path: '/', ...(spec as object) });
    expect(await rejection(call)).toMatchObject({ code: 'SDK_CONFIGURATION', field });
  });
});

describe('a wrong variable', () => {
  test('is a ConfigurationError that names it, and nothing is sent', async () => {
    const server = await origin();
    const connection = connect(server.url, { env: { HTTP_PROXY: 'http://u:canary-9@h:x' } });
    const error = await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field: 'HTTP_PROXY' });
    expect(inspect(error) + JSON.stringify(error)).not.toContain(secret);
    expect(server.requests).toHaveLength(0);
  });

  test('is named by the decision of a PAC file that it names and that cannot be had', async () => {
    const server = await origin();
    const env = { ALL_PROXY: 'pac+http://u:canary-9@127.0.0.1:9/p.pac?t=canary-9' };
    const connection = connect(server.url, { env, retry: false });
    const error = await rejection(connection.request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({
      code: 'SDK_PROXY',
      phase: 'resolve',
      decision: { decidedBy: 'env', variable: 'ALL_PROXY', pac: 'pac+http://127.0.0.1:9/p.pac' },
    });
    expect(inspect(error) + JSON.stringify(error)).not.toContain(secret);
    expect(server.connections).toBe(0);
  });

  test('of a list is said once to the logger, however many requests meet it', async () => {
    const server = await origin();
    const warned: string[] = [];
    const connection = connect(server.url, {
      env: { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1,http://nonsense/' },
      logger: { ...logger, error: timer, warn: (message: string) => void warned.push(message) },
    });
    for (let i = 0; i < 3; i += 1) await connection.request({ method: 'GET', path: '/' });
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('nonsense');
  });
});

describe('what is not said', () => {
  test('is in frozen constants', () => {
    expect(Object.isFrozen(DEFAULT_RETRY) && Object.isFrozen(DEFAULT_TIMEOUTS)).toBe(true);
    expect(DEFAULT_TIMEOUTS.totalMs).toBeUndefined();
  });

  test('an undefined member is as if it were left out', async () => {
    const server = await origin();
    const none = Object.fromEntries(
      ['httpProxy', 'noProxy', 'tls', 'timeouts', 'retry', 'transport', 'userAgent', 'logger'].map(
        (key) => [key, undefined],
      ),
    );
    const connection = connect(server.url, none);
    const call = {
      httpProxy: undefined,
      headers: undefined,
      signal: undefined,
      timeouts: { idleMs: undefined },
    };
    expect(
      (await connection.request({ method: 'GET', path: '/', query: undefined }, call)).status,
    ).toBe(200);
  });
});

describe('a connection', () => {
  test('takes TLS settings to the origin', async () => {
    const authority = await createCertificateAuthority();
    const server = keep(await startOrigin({ tls: await authority.issue() }));
    const connection = connect(server.url, { tls: { ca: authority.cert } });
    expect((await connection.request({ method: 'GET', path: '/' })).status).toBe(200);
    expect(
      await rejection(connect(server.url).request({ method: 'GET', path: '/' })),
    ).toMatchObject({
      code: 'SDK_TLS',
    });
  });

  test('shows nothing of its options when it is inspected', () => {
    const connection = connect('http://h', {
      httpProxy: 'http://ada:canary-9@proxy:1',
      userAgent: 'canary-9',
    });
    expect(
      inspect(connection, { depth: 9, showHidden: true }) + JSON.stringify(connection),
    ).not.toContain(secret);
  });

  test('tells its endpoint by a copy', () => {
    const connection = connect('http://h/base/');
    connection.endpoint.hostname = 'evil';
    expect(connection.endpoint.href).toBe('http://h/base/');
  });

  test('tells the logger of each attempt, without the query', async () => {
    const server = await origin();
    const told: [string, Record<string, unknown> | undefined][] = [];
    const connection = connect(server.url, {
      logger: {
        ...logger,
        error: timer,
        debug: (message, fields) => void told.push([message, fields]),
      },
    });
    await connection.request({ method: 'GET', path: '/a', query: { token: secret } });
    await rejection(
      connection.request({ method: 'GET', path: '/status/404', query: { token: secret } }),
    );
    expect(told).toMatchObject([
      [
        `GET ${server.url}/a`,
        { number: 1, way: 'direct', status: 200, durationMs: expect.any(Number) },
      ],
      [`GET ${server.url}/status/404`, { status: 404, code: 'SDK_NOT_FOUND' }],
    ]);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  test('does not fail because its logger does', async () => {
    const server = await origin();
    const debug = (): void => {
      throw new Error('disk full');
    };
    const connection = connect(server.url, { logger: { ...logger, error: timer, debug } });
    expect((await connection.request({ method: 'GET', path: '/' })).status).toBe(200);
  });
});
