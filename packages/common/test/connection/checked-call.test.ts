import { expect, test } from '@jest/globals';
import { BaseConnection, checkCallOptions, Settings } from '@sdk/common';
import type { CallOptions } from '@sdk/common';

const settings = Settings.from({ env: {} });
const connection = new BaseConnection(settings, { endpoint: 'http://127.0.0.1:9' });

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

test.each<[string, Record<string, unknown>]>([
  ['signal', { signal: 'x' }],
  ['onProgress', { onProgress: 5 }],
  ['httpProxy', { httpProxy: 'ftp://x' }],
  ['noProxy', { noProxy: 7 }],
  ['timeouts.totalMs', { timeouts: { totalMs: -1 } }],
  ['retry.attempts', { retry: { attempts: 0 } }],
  ['headers', { headers: new Map() }],
  ['headers.a', { headers: { a: 'x\r\ny: z' } }],
  ['headers.Host', { headers: { Host: 'elsewhere' } }],
])('a wrong %s of a call is refused by checkCallOptions as by a request', async (field, wrong) => {
  const refused: unknown = await connection
    .request({ method: 'GET', path: '/' }, wrong)
    .catch((error: unknown) => error);
  const checked = thrownBy(() => checkCallOptions(settings, wrong));
  expect(checked).toMatchObject({ code: 'SDK_CONFIGURATION', field });
  expect(checked).toEqual(refused);
});

test('checkCallOptions takes what a request takes', () => {
  const good: CallOptions = {
    httpProxy: { url: 'http://proxy.test:3128' },
    noProxy: 'a.test',
    timeouts: { totalMs: 5 },
    retry: false,
    signal: AbortSignal.abort(),
    headers: { 'x-a': 'b', 'x-none': undefined },
    onProgress: () => {},
  };
  for (const call of [{}, good])
    expect(thrownBy(() => checkCallOptions(settings, call))).toBe(undefined);
});
