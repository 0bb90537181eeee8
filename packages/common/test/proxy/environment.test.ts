import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { resolveProxy } from '../../src/proxy/resolve.js';
import { refusal, shownBy } from '../refusal.js';

interface Vector {
  env: Record<string, string>;
  url: string;
  expected: string;
  variable: string | null;
  bypassedBy?: string;
  note: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/environment.json', import.meta.url), 'utf8'),
) as Vector[];

const A = 'http://a:1';
const B = 'http://b:2';
const http = 'http://example.com/';
const https = 'https://example.com/';

describe('the examples of environments', () => {
  test.each(vectors)('$note', ({ env, url, expected, variable, bypassedBy }) => {
    if (expected === 'ERROR') {
      const error = refusal(() => resolveProxy(url, { env }));
      expect(error.field).toBe(variable);
      expect(error.message).toContain(variable);
      return;
    }
    const decision = resolveProxy(url, { env });
    expect(decision.proxy?.href ?? 'DIRECT').toBe(expected);
    expect(decision.variable ?? null).toBe(variable);
    expect(decision.bypassedBy).toBe(bypassedBy);
    expect(decision.decidedBy).toBe(variable === null ? 'default' : 'env');
  });
});

describe('the environment', () => {
  test.each([
    [http, { http_proxy: A, HTTP_PROXY: B }, 'http_proxy'],
    [http, { HTTP_PROXY: A, all_proxy: B }, 'HTTP_PROXY'],
    [http, { all_proxy: A, ALL_PROXY: B }, 'all_proxy'],
    [http, { ALL_PROXY: A, https_proxy: B, HTTPS_PROXY: B }, 'ALL_PROXY'],
    [https, { https_proxy: A, HTTPS_PROXY: B }, 'https_proxy'],
    [https, { HTTPS_PROXY: A, all_proxy: B }, 'HTTPS_PROXY'],
    [https, { all_proxy: A, http_proxy: B }, 'all_proxy'],
    [https, { ALL_PROXY: A, http_proxy: B }, 'ALL_PROXY'],
    [https, { http_proxy: A, HTTP_PROXY: B }, 'http_proxy'],
    [https, { https_proxy: ' \t', HTTPS_PROXY: A }, 'HTTPS_PROXY'],
    [https, { Https_Proxy: B, HTTP_PROXY: A }, 'HTTP_PROXY'],
    // httpoxy: only HTTP_PROXY may come from a request.
    [http, { REQUEST_METHOD: 'GET', HTTP_PROXY: B, http_proxy: A }, 'http_proxy'],
    [http, { REQUEST_METHOD: 'GET', HTTP_PROXY: B, ALL_PROXY: A }, 'ALL_PROXY'],
    [https, { REQUEST_METHOD: 'GET', HTTP_PROXY: B, HTTPS_PROXY: A }, 'HTTPS_PROXY'],
  ])('decides %s with %j by %s', (url, env, variable) => {
    const decision = resolveProxy(url, { env });
    expect([decision.variable, decision.proxy?.href]).toEqual([variable, A]);
  });

  test.each([
    [https, {}],
    [https, { HTTP_PROXY: A, REQUEST_METHOD: 'POST' }],
    [http, { https_proxy: A }],
    [http, { http_proxy: undefined }],
  ])('leaves %s with %j to the default', (url, env) => {
    expect(resolveProxy(url, { env })).toEqual({
      proxy: undefined,
      candidates: ['direct'],
      decidedBy: 'default',
      warnings: [],
    });
  });

  test('is not read for a variable that was not chosen', () => {
    const env = { https_proxy: A, HTTPS_PROXY: 'foo://', http_proxy: '::', no_proxy: 'other.test' };
    expect(resolveProxy(https, { env }).proxy?.href).toBe(A);
  });

  test('is not read for the value of a variable that an entry bypasses', () => {
    const env = { https_proxy: 'not a proxy', no_proxy: '.com' };
    expect(resolveProxy(https, { env })).toMatchObject({
      proxy: undefined,
      decidedBy: 'env',
      variable: 'https_proxy',
      bypassedBy: '.com',
    });
    expect(refusal(() => resolveProxy('https://example.org', { env })).field).toBe('https_proxy');
  });

  test('tells what it could not read in the list, and under which name', () => {
    const { warnings } = resolveProxy(https, { env: { https_proxy: A, NO_PROXY: 'a/b,c' } });
    expect(warnings).toEqual([expect.stringMatching(/^NO_PROXY: skipped "a\/b": /)]);
  });

  test.each([
    'http://ada:canary@proxy:3128/path',
    'http://ada:canary@proxy:0',
    'http://ada:can%0Aary@proxy',
    'canary://proxy',
    'http://ada:canary@pro xy',
  ])('with %s is refused by the name of the variable alone', (value) => {
    const error = refusal(() => resolveProxy(https, { env: { HTTPS_PROXY: value } }));
    expect(error.message).toMatch(/^HTTPS_PROXY is no valid proxy URL: /);
    expect(error.hint).toBeDefined();
    expect(shownBy(error)).not.toMatch(/canary|can%0Aary/);
  });

  test.each(['false', ' DIRECT '])('%j is a host, with a warning that says what to do', (value) => {
    const { proxy, warnings } = resolveProxy('http://a.test', { env: { http_proxy: value } });
    expect(proxy?.host).toBe(value.trim().toLowerCase());
    expect(warnings).toEqual([
      `http_proxy: "${value.trim().toLowerCase()}" is read as the name of a host; for no proxy unset the variable`,
    ]);
  });

  test('of something other than text is refused by name', () => {
    const env = { https_proxy: 3128 } as unknown as Record<string, string>;
    expect(refusal(() => resolveProxy(https, { env })).field).toBe('https_proxy');
  });

  test('has only what is its own', () => {
    const env = Object.create({ https_proxy: B }) as Record<string, string>;
    expect(resolveProxy(https, { env }).decidedBy).toBe('default');
  });
});

describe('the environment of the process', () => {
  const names = ['https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'] as const;
  const before = new Map(names.map((name) => [name, process.env[name]]));

  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test('is read anew at each decision', () => {
    const decide = (): string | undefined => resolveProxy(https).proxy?.href;
    process.env['https_proxy'] = A;
    delete process.env['no_proxy'];
    delete process.env['NO_PROXY'];
    expect(decide()).toBe(A);
    process.env['https_proxy'] = B;
    expect(decide()).toBe(B);
    process.env['NO_PROXY'] = 'example.com';
    expect(decide()).toBeUndefined();
    process.env['no_proxy'] = 'other.test';
    expect(decide()).toBe(B);
    process.env['https_proxy'] = A;
    expect(decide()).toBe(A);
  });
});
