import { describe, expect, test } from '@jest/globals';
import type { Seen } from '../src/books.js';
import { counted, shortBytes, statusText, tableWriter } from '../src/table.js';
import type { Row } from '../src/table.js';

const nothing: Seen = {
  connects: 0,
  forwards: 0,
  refused407: 0,
  bytesUp: 0,
  bytesDown: 0,
  targets: [],
};
const row: Row = {
  call: 'putObject, unknown length',
  decidedBy: 'instance',
  why: 'the instance names B',
  way: 'forward',
  proxy: 'B',
  seen: {
    proxies: { A: nothing, B: { ...nothing, connects: 20, bytesUp: 99_000_000 }, C: nothing },
    statuses: [200, 200, 200, 200, 200],
  },
  durationMs: 1234.5,
  result: 'stored',
  disagreements: [],
};

describe('the table', () => {
  test('fits 120 columns, aligned, with every cell in its place', () => {
    const table = tableWriter({ colour: false });
    const lines = `${table.header()}\n${table.row(row, 12)}`.split('\n');
    expect(lines.map((line) => line.length <= 120)).toEqual([true, true, true, true]);
    expect(lines[2]).toBe(
      '12  putObject, unknown length  instance    forward B  ·               20 CONNECT 99M  ·               200 ×5   1235 ms ✓',
    );
    expect(lines[0]?.indexOf('B counted')).toBe(lines[2]?.indexOf('20 CONNECT'));
  });

  test('shows each disagreement under its row, and no tick', () => {
    const table = tableWriter({ colour: false });
    const text = table.row({ ...row, disagreements: ['A saw 1 CONNECT'] }, 1);
    expect(text).toContain('✗ A saw 1 CONNECT');
    expect(text).not.toContain('✓');
  });

  test('writes escape codes only where it is told to', () => {
    expect(tableWriter({ colour: false }).row(row, 1)).not.toContain('\u001b');
    expect(tableWriter({ colour: true }).row(row, 1)).toContain('\u001b[32m✓');
  });

  test('writes bytes in at most four characters', () => {
    const cases = [0, 99, 100, 9949, 9950, 999_499, 999_500, 14_148_608, 120_000_000];
    expect(cases.map(shortBytes)).toEqual([
      '0B',
      '99B',
      '0.1k',
      '9.9k',
      '10k',
      '999k',
      '1.0M',
      '14M',
      '120M',
    ]);
  });

  test('tells new requests, used-again tunnels, refusals and silence apart', () => {
    const bytes = { bytesUp: 1000, bytesDown: 1000 };
    expect(counted(nothing)).toBe('·');
    expect(counted({ ...nothing, ...bytes })).toBe('0 new 2.0k');
    expect(counted({ ...nothing, ...bytes, connects: 2 })).toBe('2 CONNECT 2.0k');
    expect(counted({ ...nothing, ...bytes, forwards: 1 })).toBe('1 forward 2.0k');
    expect(counted({ ...nothing, ...bytes, refused407: 1 })).toBe('1 × 407 2.0k');
  });

  test('folds statuses', () => {
    expect([[], [204], [200, 200], [200, 204], [200, 204, 404]].map(statusText)).toEqual([
      '·',
      '204',
      '200 ×2',
      '200/204',
      '200 …',
    ]);
  });
});
