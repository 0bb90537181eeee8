import { describe, expect, test } from '@jest/globals';
import { BaseConnection, callOptions } from '@sdk/common';
import type { CallOptions, ConnectionOptions, Query, RequestSpec } from '@sdk/common';
import { connect, origin, rejection, thrown } from './stand.js';

const headers = new Headers({ 'x-a': 'canary-9' });
const map = new Map([['totalMs', 'canary-9']]);

describe('what is no plain record, and would be dropped without a word, is refused', () => {
  const specs: [string, object, string, RegExp][] = [
    ['headers: new Headers()', { headers }, 'headers', /an instance of Headers/],
    ['headers: new Map()', { headers: map }, 'headers', /an instance of Map/],
    ['headers as pairs', { headers: [['x-a', 'y']] }, 'headers', /a list/],
    ['headers: a text', { headers: 'x-a: y' }, 'headers', /a string/],
    [
      'query: new URLSearchParams()',
      { query: new URLSearchParams('a=b') },
      'query',
      /an instance of URLSearchParams/,
    ],
    ['query: a text', { query: 'a=b' }, 'query', /a string/],
    ['query: a list', { query: ['a=b'] }, 'query', /a list/],
    ['query: null', { query: null }, 'query', /null/],
    ['success: a text', { success: '404' }, 'success', /a list of statuses.*a string/],
    ['success: a number', { success: 404 }, 'success', /a number/],
    ['success: texts', { success: ['404'] }, 'success', /a string/],
    ['success: no status', { success: [4040] }, 'success', /4040/],
    ['idempotent: a text', { idempotent: 'no' }, 'idempotent', /true or false.*a string/],
    ['xml: a number', { xml: 5 }, 'xml', /a number/],
    ['xml: an unknown member', { xml: { array: ['a'] } }, 'xml.array', /did you mean "arrays"/],
    ['xml.arrays: a text', { xml: { arrays: 'Item' } }, 'xml.arrays', /a string/],
    ['xml.arrays: numbers', { xml: { arrays: [1] } }, 'xml.arrays', /members is 1$/],
  ];

  test.each(specs)('in a request, %s', async (_name, spec, field, message) => {
    const server = await origin();
    const call = connect(server.url).request({ method: 'GET', path: '/', ...spec });
    const error = await rejection(call);
    expect(error).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field,
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(error)).not.toContain('canary-9');
    expect(server.requests).toHaveLength(0);
  });

  const calls: [string, unknown, string][] = [
    ['headers: new Headers()', { headers }, 'headers'],
    ['timeouts: new Map()', { timeouts: map }, 'timeouts'],
    ['retry: new Map()', { retry: map }, 'retry'],
    ['httpProxy: new Map()', { httpProxy: map }, 'httpProxy'],
    [
      'httpProxy.headers: new Map()',
      { httpProxy: { url: 'http://p', headers: map } },
      'httpProxy.headers',
    ],
    ['options that are a Map', map, 'call options'],
    ['options that are a Set', new Set(['retry']), 'call options'],
    ['options that are a promise', Promise.resolve({ retry: false }), 'call options'],
  ];

  test.each(calls)('in a call, %s', async (_name, options, field) => {
    const server = await origin();
    const call = connect(server.url).request({ method: 'GET', path: '/' }, options as CallOptions);
    expect(await rejection(call)).toMatchObject({
      code: 'SDK_CONFIGURATION',
      field,
      message: expect.stringMatching(/an instance of/),
      hint: expect.stringMatching(/plain object/),
    });
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ['options that are a Map', map, 'options'],
    ['env: new Map()', { endpoint: 'http://h', env: map }, 'env'],
    ['tls: new Map()', { endpoint: 'http://h', tls: map }, 'tls'],
  ])('in a constructor, %s', (_name, options, field) => {
    const error = thrown(() => new BaseConnection(options as unknown as ConnectionOptions));
    expect(error).toMatchObject({ code: 'SDK_CONFIGURATION', field });
  });

  test('in a view, options that are a Map', () => {
    expect(thrown(() => connect('http://h').with(map as object))).toMatchObject({ field: 'with' });
  });

  test('in the options of a driver’s method, a Map', () => {
    expect(thrown(() => callOptions(map as CallOptions))).toMatchObject({ field: 'call options' });
  });

  test('from a hook, a query that is a URLSearchParams', async () => {
    class Asking extends BaseConnection {
      protected override defaultQuery(): Query {
        return new URLSearchParams('a=b') as unknown as Query;
      }
    }
    const asking = new Asking({ endpoint: 'http://127.0.0.1:9', env: {} });
    expect(await rejection(asking.request({ method: 'GET', path: '/' }))).toMatchObject({
      field: 'query',
    });
  });

  test('and the remedy that is named works', async () => {
    const server = await origin();
    const error = await rejection(
      connect(server.url).request({ method: 'GET', path: '/' }, { headers } as never),
    );
    expect(error).toMatchObject({ hint: expect.stringContaining('Object.fromEntries(headers)') });
    await connect(server.url).request(
      { method: 'GET', path: '/' },
      { headers: Object.fromEntries(headers) },
    );
    expect(server.requests[0]?.headers['x-a']).toBe('canary-9');
  });
});

test('an object of a class whose members are its own is as good as a literal', async () => {
  class Spec implements RequestSpec {
    method = 'GET';
    path = '/';
    query = Object.assign(Object.create(null) as object, { a: 'b' }) as Query;
    success = [404];
    idempotent = false;
    xml = { arrays: ['Item'] };
  }
  const server = await origin();
  await connect(server.url).request(new Spec());
  expect(server.requests[0]?.url).toBe('/?a=b');
});
