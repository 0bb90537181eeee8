/**
 * Sends thousands of requests on few sockets under one signal, and prints as JSON how many listeners they left, on whom, and
 * what Node warned of. Arguments: an `http:` origin, an `https:` origin, a proxy.
 */
import { subscribe } from 'node:diagnostics_channel';
import { getEventListeners, type EventEmitter } from 'node:events';
import { BaseConnection } from '@sdk/common';
import { makeTransport } from './engine.js';

const ROUNDS = 400;
const AT_ONCE = 4;

const [plain = '', secure = '', proxy = ''] = process.argv.slice(2);
const warnings: string[] = [];
process.on('warning', ({ name, message }) => {
  if (!message.includes('NODE_TLS_REJECT_UNAUTHORIZED')) warnings.push(`${name}: ${message}`);
});

interface Finished {
  readonly request: { readonly socket: EventEmitter; readonly agent: EventEmitter };
}

/** Sockets, as `net` and the engines show them, and agents. */
const emitters = new Set<EventEmitter>();
subscribe('net.client.socket', (message) => {
  emitters.add((message as { socket: EventEmitter }).socket);
});
subscribe('http.client.response.finish', (message) => {
  const { socket, agent } = (message as Finished).request;
  emitters.add(socket).add(agent);
});

const transport = makeTransport({ maxSockets: AT_ONCE });
const { signal } = new AbortController();
const connections = [
  [plain, false] as const,
  [secure, false] as const,
  [secure, proxy] as const,
  [plain, proxy] as const,
].map(
  ([endpoint, httpProxy]) =>
    new BaseConnection({
      endpoint,
      httpProxy,
      env: {},
      transport,
      tls: { rejectUnauthorized: false },
    }),
);

async function send(rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i += 1) {
    await Promise.all(
      connections.flatMap((connection) =>
        Array.from({ length: AT_ONCE }, () =>
          connection.request({ method: 'POST', path: '/', json: { i } }, { signal }),
        ),
      ),
    );
  }
}

function onProcess(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

/** The most listeners that one of them has for anything. */
function most(): number {
  const counts = [...emitters].flatMap((emitter) =>
    emitter.eventNames().map((name) => emitter.listenerCount(name)),
  );
  return Math.max(...counts);
}

const before = onProcess();
await send(10);
const early = { emitters: emitters.size, most: most() };
await send(ROUNDS);
await new Promise((resolve) => setTimeout(resolve, 50));
const late = { emitters: emitters.size, most: most() };
const ofSignal = getEventListeners(signal, 'abort').length;
const ofProcess = onProcess() - before;
await transport.close();
console.log(JSON.stringify({ early, late, ofSignal, ofProcess, warnings }));
