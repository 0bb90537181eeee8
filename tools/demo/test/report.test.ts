import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import { startOrigin, startProxy } from '@sdk/testing';
import type { Origin, Proxy } from '@sdk/testing';
import { openBooks } from '../src/books.js';
import type { ProxyName } from '../src/books.js';
import { conclude, startReport } from '../src/report.js';
import type { Report } from '../src/report.js';

let origin: Origin;
let proxies: Record<ProxyName, Proxy>;
beforeAll(async () => {
  const [A, B, C] = await Promise.all([startProxy(), startProxy(), startProxy()]);
  proxies = { A, B, C };
  origin = await startOrigin();
});
afterAll(() => Promise.all([origin, ...Object.values(proxies)].map((server) => server.close())));

/** A call in absolute-form by node's own client, or straight to the origin. */
function get(through?: Proxy): Promise<void> {
  const url = `${origin.url}/status/204`;
  const options = through ? { path: url } : {};
  return new Promise((resolve, reject) => {
    http
      .get(through?.url ?? url, { agent: false, ...options }, (response) => {
        response.resume().on('end', resolve);
      })
      .on('error', reject);
  });
}

function started(): { report: Report; text: () => string } {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const books = (): ReturnType<typeof openBooks> => openBooks(proxies, [origin]);
  const report = startReport(output, books, { colour: false });
  return { report, text: () => written.join('') };
}

const named = { decidedBy: 'call', why: 'the call names A', way: 'forward', proxy: 'A' } as const;
const run = (through?: Proxy) => async () => {
  await get(through);
  return { result: 'done' };
};

describe('a report on real proxies', () => {
  test('ticks a call that went through the proxy that was named', async () => {
    const { report, text } = started();
    await report.step({ call: 'one', origin: origin.url, verdict: named, run: run(proxies.A) });
    expect(report.disagreements).toEqual([]);
    expect(text()).toMatch(/1 {2}one .* forward A .*1 forward 0\.\dk .* 204 .*✓\n/);
  });

  test('does not tick a call that took another way, and says who saw it', async () => {
    const { report, text } = started();
    await report.step({ call: 'one', origin: origin.url, verdict: named, run: run(proxies.B) });
    await report.step({ call: 'two', origin: origin.url, verdict: named, run: run() });
    expect(report.disagreements).toEqual(
      expect.arrayContaining([
        'row 1: A forwarded nothing',
        'row 1: B saw 1 in absolute-form, but the way is through A',
        'row 2: A forwarded nothing',
      ]),
    );
    expect(text()).not.toContain('✓');
    expect(report.rows).toBe(2);
  });
});

describe('the conclusion', () => {
  const none = { A: 0, B: 0, C: 0 };

  test('is 0 only where every counter agrees and every socket is gone', () => {
    expect(conclude({ rows: 3, disagreements: [] }, none).exitCode).toBe(0);
    expect(conclude({ rows: 0, disagreements: [] }, none).exitCode).toBe(1);
    expect(conclude({ rows: 3, disagreements: [] }, { ...none, B: 1 })).toEqual({
      exitCode: 1,
      lines: [expect.any(String), '  after close(): B still holds 1 sockets'],
    });
  });

  test('is 1 where one counter disagrees, and repeats the sentence', () => {
    const { exitCode, lines } = conclude({ rows: 3, disagreements: ['row 2: C saw 1'] }, none);
    expect(exitCode).toBe(1);
    expect(lines).toContain('  row 2: C saw 1');
  });
});
