/**
 * Sends one request to each of many origins, which are all the server at hand under names of their own, and prints as JSON
 * what was kept of them. Needs --expose-gc. Arguments: an `http:` origin, an `https:` origin.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { LookupFunction } from 'node:net';
import module from 'node:module';
import tls from 'node:tls';

// Counted before the SDK takes its own view of the module.
let contexts = 0;
const { createSecureContext } = tls;
tls.createSecureContext = (options) => {
  contexts += 1;
  return createSecureContext(options);
};
module.syncBuiltinESMExports();

const { BaseConnection, CHANNELS } = await import('@sdk/common');
const { makeTransport } = await import('./engine.js');

const [plain = '', secure = ''] = process.argv.slice(2);
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('Run it with --expose-gc');

let open = 0;
let mostOpen = 0;
subscribe(CHANNELS.socket, (message) => {
  const { state } = message as { state: string };
  if (state === 'opened') mostOpen = Math.max(mostOpen, (open += 1));
  if (state === 'closed') open -= 1;
});

const lookup: LookupFunction = (_name, { all }, found) => {
  if (all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};
const transport = makeTransport({ lookup });

/** One request to each of the origins `from` to `to`, twenty at a time. */
async function ask(server: string, from: number, to: number): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < to; i = next++) {
      const connection = new BaseConnection({
        endpoint: server.replace('127.0.0.1', `o${i}.test`),
        env: {},
        httpProxy: false,
        transport,
        // A literal each time, as callers write it: what it says is the same.
        tls: { rejectUnauthorized: false },
      });
      await connection.request({ method: 'GET', path: '/' });
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

async function heapMiB(): Promise<number> {
  for (let i = 0; i < 4; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect?.();
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

await ask(plain, 0, 1_500);
const early = await heapMiB();
await ask(plain, 1_500, 10_000);
const late = await heapMiB();
const afterPlain = { mostOpen, open };
await ask(secure, 0, 800);
console.log(JSON.stringify({ early, late, ...afterPlain, openInAll: open, contexts }));
await transport.close();
