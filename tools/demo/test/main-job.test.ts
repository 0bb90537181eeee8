import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, startProxy, until } from '@sdk/testing';
import type { Proxy } from '@sdk/testing';
import { openBooks } from '../src/books.js';
import type { ProxyName } from '../src/books.js';
import { startEndpoints } from '../src/endpoints.js';
import type { Endpoints } from '../src/endpoints.js';
import { mainJob } from '../src/main-job.js';
import type { World } from '../src/main-job.js';
import { startReport } from '../src/report.js';
import type { Report } from '../src/report.js';
import { repositoryTree } from '../src/tree.js';

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');
let proxies: Record<ProxyName, Proxy>;
let endpoints: Endpoints;
let world: World;

beforeAll(async () => {
  const ca = await createCertificateAuthority();
  const credentials = { username: 'b@corp', password: 'p@ss:100%' };
  const [A, B, C] = await Promise.all([startProxy(), startProxy({ credentials }), startProxy()]);
  proxies = { A, B, C };
  endpoints = await startEndpoints(ca);
  const { files } = await repositoryTree(root, 9 * 1024 * 1024);
  world = { ...endpoints, proxies, ca: ca.cert, files };
});
afterAll(async () => {
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  await endpoints.close();
});

/** Runs the main job with the books of these proxies. */
async function run(books: Record<ProxyName, Proxy>): Promise<{ report: Report; text: string }> {
  const written: string[] = [];
  const report = startReport(
    { write: (text: string) => written.push(text) },
    () => openBooks(books, [endpoints.https, endpoints.http]),
    { colour: false },
  );
  await mainJob(world, report);
  return { report, text: written.join('') };
}

describe('the main job', () => {
  test('ends with every counter agreeing, in 120 columns, and leaves no socket', async () => {
    const { report, text } = await run(proxies);
    expect(report.disagreements).toEqual([]);
    expect(report.rows).toBe(11);
    expect(text.match(/✓/g)).toHaveLength(11);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(text).not.toContain('p@ss');
    expect(proxies.B.stats.refused407).toBe(0);
    const open = () => Object.values(proxies).reduce((sum, proxy) => sum + proxy.openSockets(), 0);
    await until(() => open() === 0, 'no proxy holds a socket');
  });

  test('finds the disagreement when the counters belong to other proxies', async () => {
    const { report, text } = await run({ A: proxies.B, B: proxies.A, C: proxies.C });
    expect(report.disagreements).toContain('row 1: B saw 1 CONNECT, but the way is through A');
    expect(text).toContain('✗');
  });
});
