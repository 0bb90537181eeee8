import { expect, test } from '@jest/globals';
import { resolveProxy } from '@sdk/common';
import { PROXY, refused, way } from './ask.js';

const TARGET = 'https://example.com/';
const env = { https_proxy: 'http://env:1' };

test('the call is asked before the instance, the instance before the environment; if no level says anything, the request goes direct', () => {
  const call = { httpProxy: 'http://call:1' };
  const instance = { httpProxy: 'http://instance:1' };
  expect(way(TARGET, { call, instance, env })).toBe('http://call:1');
  expect(way(TARGET, { instance, env })).toBe('http://instance:1');
  expect(way(TARGET, { env })).toBe('http://env:1');
  expect(way(TARGET, {})).toBe('direct');
});

test('undefined asks the next level, and false means direct whatever stands below', () => {
  const instance = { httpProxy: PROXY };
  expect(way(TARGET, { call: { httpProxy: undefined }, instance, env })).toBe(PROXY);
  expect(way(TARGET, { call: { httpProxy: false }, instance, env })).toBe('direct');
  expect(way(TARGET, { instance: { httpProxy: false }, env })).toBe('direct');
});

test('null, an empty text and a bare direct are refused, and the error names false', () => {
  for (const httpProxy of [null, '', 'direct']) {
    const levels = { instance: { httpProxy: httpProxy as string } };
    expect(refused(() => way(TARGET, levels)).hint).toMatch(/false/);
  }
});

test('a proxy that is given ignores NO_PROXY of the environment', () => {
  const levels = { instance: { httpProxy: PROXY }, env: { ...env, NO_PROXY: '*' } };
  expect(way(TARGET, levels)).toBe(PROXY);
});

test('a bypass is the decision of its level, and falls through to nobody', () => {
  const instance = { httpProxy: PROXY, noProxy: 'example.com' };
  expect(resolveProxy(TARGET, { instance, env })).toMatchObject({
    proxy: undefined,
    decidedBy: 'instance',
    bypassedBy: 'example.com',
  });
});

test('where the environment decides, the nearest noProxy that is given replaces NO_PROXY', () => {
  const both = { ...env, NO_PROXY: '*' };
  expect(way(TARGET, { env: both })).toBe('direct');
  expect(way(TARGET, { instance: { noProxy: 'other.test' }, env: both })).toBe('http://env:1');
  expect(way(TARGET, { instance: { noProxy: [] }, env: both })).toBe('http://env:1');
  const call = { noProxy: 'example.com' };
  expect(way(TARGET, { call, instance: { noProxy: [] }, env })).toBe('direct');
});
