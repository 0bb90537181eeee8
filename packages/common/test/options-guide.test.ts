/** docs/guide/options.md has a row for every option, and the defaults that hold. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DEFAULT_RETRY, DEFAULT_TIMEOUTS } from '@sdk/common';
import {
  CALL_KEYS,
  DRIVER_KEYS,
  OPERATION_CALL_KEYS,
  VIEW_KEYS,
} from '../src/connection/options/options.js';
import { checkTlsOptions } from '../src/route/tls-check.js';
import { refusal } from './refusal.js';

const guide = readFileSync(new URL('../../../docs/guide/options.md', import.meta.url), 'utf8');
/** The cells of each row of the tables under a heading. */
const rowsOf = (heading: string): string[][] =>
  (guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(\w+)`$/, '$1')));

test('each option of a driver, a view and a call has its row, with its levels', () => {
  const rows = rowsOf('Options of a driver, a view, a call');
  const marked = (column: number, mark: RegExp): string[] =>
    rows.filter((row) => mark.test(row[column] ?? '')).map((row) => row[1] ?? '');
  expect(marked(2, /✓/).sort()).toEqual([...DRIVER_KEYS].sort());
  expect(marked(3, /✓/).sort()).toEqual([...VIEW_KEYS].sort());
  expect(marked(4, /✓/).sort()).toEqual([...CALL_KEYS].sort());
  expect(marked(4, /✓|jobs/).sort()).toEqual([...OPERATION_CALL_KEYS].sort());
});

test('the defaults of timeouts and retries are those that hold', () => {
  const timeouts = rowsOf('Timeouts').map(([, name = '', value]) => [name, value]);
  expect(Object.fromEntries(timeouts)).toEqual({
    ...Object.fromEntries(Object.entries(DEFAULT_TIMEOUTS).map(([k, v]) => [k, String(v)])),
    totalMs: 'none',
  });
  const retry = rowsOf('Retries').map(([, name = '', , value]) => [name, Number(value)]);
  expect(Object.fromEntries(retry)).toEqual(DEFAULT_RETRY);
});

test('each TLS setting has its row', () => {
  const { message } = refusal(() => checkTlsOptions({ zzzzzzzzz: 1 }, 'tls'));
  const known = message.split('known are: ')[1]?.split(', ') ?? [];
  const named = rowsOf('TLS').flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
  expect(named.sort()).toEqual(known.sort());
});
