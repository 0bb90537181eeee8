/** Does all kinds of work, closes nothing, and should end by itself. Each argument: `<endpoint>` or `<endpoint> <proxy>`. */
import type { Readable } from 'node:stream';
import { BaseConnection } from '@sdk/common';
import { makeTransport } from './engine.js';

const transport = makeTransport({ idleSocketMs: 600_000 });

for (const place of process.argv.slice(2)) {
  const [endpoint = '', httpProxy = false] = place.split(' ');
  const connection = new BaseConnection({
    endpoint,
    env: {},
    transport,
    httpProxy,
    tls: { rejectUnauthorized: false },
    limits: { concurrent: 4, perSecond: 1_000, burst: 4 },
  });
  const get = (path: string) => ({ method: 'GET', path });
  const call = () => ({ signal: new AbortController().signal, timeouts: { totalMs: 600_000 } });
  const stream = async () =>
    (
      await connection.request<Readable>(
        { ...get('/bytes/300000'), expect: 'stream' },
        { ...call(), onProgress: () => undefined },
      )
    ).body;

  await Promise.all(Array.from({ length: 8 }, () => connection.request(get('/'), call())));
  for await (const _piece of await stream());
  (await stream()).destroy();
  await connection.request(get('/status/404'), call()).catch(() => undefined);
  await connection
    .request(get('/hang'), { timeouts: { headersMs: 50 }, retry: false })
    .catch(() => undefined);
  // One remains idle.
  await connection.request(get('/'), call());
}
console.log('done');
