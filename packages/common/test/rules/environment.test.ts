import { expect, test } from '@jest/globals';
import { resolveProxy } from '@sdk/common';
import { refused, way } from './ask.js';

/** Takes the variable that decided away until none decides, and tells their order. */
function order(target: string, names: readonly string[]): string[] {
  const env: Record<string, string> = Object.fromEntries(names.map((name) => [name, 'http://p:1']));
  const found: string[] = [];
  for (;;) {
    const { variable } = resolveProxy(target, { env });
    if (variable === undefined) return found;
    found.push(variable);
    delete env[variable];
  }
}

const NAMES = ['http', 'https', 'all'].flatMap((each) => [
  `${each}_proxy`,
  `${each}_proxy`.toUpperCase(),
]);

test('an http target asks http_proxy, HTTP_PROXY, all_proxy and ALL_PROXY, in this order', () => {
  expect(order('http://a.test', NAMES)).toEqual([
    'http_proxy',
    'HTTP_PROXY',
    'all_proxy',
    'ALL_PROXY',
  ]);
});

test('an https target asks https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY, http_proxy and HTTP_PROXY, in this order', () => {
  expect(order('https://a.test', NAMES)).toEqual([
    'https_proxy',
    'HTTPS_PROXY',
    'all_proxy',
    'ALL_PROXY',
    'http_proxy',
    'HTTP_PROXY',
  ]);
});

test('an empty or blank variable is an unset one', () => {
  for (const blank of ['', ' ', '\t\n']) {
    const env = { http_proxy: blank, HTTP_PROXY: 'http://b:2', no_proxy: blank };
    expect(way('http://a.test', { env: { ...env, NO_PROXY: 'other.test' } })).toBe('http://b:2');
    expect(way('http://a.test', { env: { ...env, NO_PROXY: 'a.test' } })).toBe('direct');
    expect(way('http://a.test', { env: { http_proxy: blank } })).toBe('direct');
  }
});

test('no_proxy is asked before NO_PROXY, and NO_PROXY only where no_proxy is unset', () => {
  const env = { http_proxy: 'http://p:1', no_proxy: 'other.test', NO_PROXY: 'a.test' };
  expect(way('http://a.test', { env })).toBe('http://p:1');
  expect(way('http://other.test', { env })).toBe('direct');
});

test('HTTP_PROXY in capitals is ignored while REQUEST_METHOD is set and not empty', () => {
  const env = { HTTP_PROXY: 'http://evil:1' };
  expect(way('http://a.test', { env: { ...env, REQUEST_METHOD: 'GET' } })).toBe('direct');
  expect(way('https://a.test', { env: { ...env, REQUEST_METHOD: 'GET' } })).toBe('direct');
  expect(way('http://a.test', { env: { ...env, REQUEST_METHOD: '' } })).toBe('http://evil:1');
  const both = { ...env, http_proxy: 'http://good:1', REQUEST_METHOD: 'GET' };
  expect(way('http://a.test', { env: both })).toBe('http://good:1');
});

test('a variable that cannot be read is a ConfigurationError that names it and the remedy, never a direct connection', () => {
  for (const value of [
    'foo://p:1',
    'http://',
    'http://p:port',
    'http://p:1/path',
    'http://::1:1',
  ]) {
    const error = refused(() => way('https://a.test', { env: { HTTPS_PROXY: value } }));
    expect(error.field).toBe('HTTPS_PROXY');
    expect(error.message).toContain('HTTPS_PROXY');
    expect(error.hint).toMatch(/./);
  }
});

test('only the variable that was chosen is read, and only where no entry bypasses the target', () => {
  const env = { https_proxy: 'http://p:1', HTTPS_PROXY: 'foo://', all_proxy: 'foo://' };
  expect(way('https://a.test', { env })).toBe('http://p:1');
  expect(way('https://a.test', { env: { https_proxy: 'foo://', no_proxy: 'a.test' } })).toBe(
    'direct',
  );
});
