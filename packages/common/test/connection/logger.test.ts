import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { BaseConnection } from '@sdk/common';
import type { Logger } from '@sdk/common';
import { connect, keep, origin, proxy, rejection } from './stand.js';

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

class Guarded extends BaseConnection {
  protected override secrets(): readonly string[] {
    return ['canary/9'];
  }
}

test('a request does not fail because its logger cannot warn', async () => {
  const [server, gate] = await Promise.all([origin(), proxy()]);
  const warn = (): void => {
    throw new Error('disk full');
  };
  const connection = connect(server.url, {
    httpProxy: gate.url,
    noProxy: 'http://nonsense/',
    logger: { ...quiet, warn },
  });
  expect((await connection.request({ method: 'GET', path: '/' })).status).toBe(200);
});

test('a logger sees no secret of the provider, wherever it stands', async () => {
  const told: unknown[] = [];
  const debug = (...all: unknown[]): void => void told.push(all);
  const server = await origin((request, response) => {
    request.resume();
    const status = request.url?.includes('fail') === true ? 404 : 200;
    response.writeHead(status, { 'x-request-id': 'id-canary/9' }).end('{}');
  });
  const connection = keep(
    new Guarded({ endpoint: server.url, env: {}, logger: { ...quiet, debug } }),
  );
  await connection.request({ method: 'GET', path: ['bot', 'canary/9'] });
  await rejection(connection.request({ method: 'GET', path: ['fail', 'canary/9'] }));
  expect(told).toHaveLength(2);
  expect(inspect(told, { depth: 9 })).toContain('/bot/[redacted]');
  expect(inspect(told, { depth: 9 })).not.toMatch(/canary/);
});

test('a logger is told which setting decided, and what each request is for', async () => {
  const told: unknown[] = [];
  const debug = (_message: string, fields?: object): void => void told.push(fields);
  const [server, gate] = await Promise.all([origin(), proxy()]);
  const connection = connect(server.url, {
    env: { http_proxy: gate.url.replace('//', '//canary@') },
    logger: { ...quiet, debug },
  });
  await connection.request({ method: 'GET', path: '/' });
  await connection.request({ method: 'GET', path: '/' }, { httpProxy: false });
  expect(told).toMatchObject([
    { purpose: 'request', decidedBy: 'env', variable: 'http_proxy', proxy: gate.url },
    { purpose: 'request', decidedBy: 'call', proxy: null },
  ]);
  expect(told[1]).not.toHaveProperty('variable');
  expect(JSON.stringify(told)).not.toContain('canary');
});

test('what was warned of is not remembered without end', async () => {
  const server = await origin();
  let warned = 0;
  const warn = (): void => void (warned += 1);
  const connection = connect(server.url, { logger: { ...quiet, warn } });
  const call = (entry: number): Promise<unknown> =>
    connection.request(
      { method: 'GET', path: '/' },
      { httpProxy: 'http://127.0.0.1:9', noProxy: `127.0.0.1,bad/${entry}` },
    );
  for (let i = 0; i < 300; i += 1) await call(i);
  expect(warned).toBe(300);
  await call(299);
  expect(warned).toBe(300);
  await call(0);
  expect(warned).toBe(301);
});
