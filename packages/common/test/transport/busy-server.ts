/** A server in a thread of its own: it goes on while the thread of the test is busy. */
import { until } from '@sdk/testing';
import { Worker } from 'node:worker_threads';

/** Holds its answer to whatever path ends in `/held`, and to every CONNECT, until it is let go. */
const SERVER = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
const flags = new Int32Array(workerData);
const held = [];
const tell = (at) => { Atomics.add(flags, at, 1); Atomics.notify(flags, at); };
const hold = (go) => { held.push(go); tell(0); };
const written = () => tell(1);
parentPort.on('message', () => held.shift()());
const server = createServer((request, response) => {
  if (request.url === '/head/held') return hold(() => response.end('whole', written));
  if (request.url !== '/body/held') return response.end('whole');
  response.writeHead(200, { 'Content-Length': 5 });
  response.write('wh', () => hold(() => response.end('ole', written)));
});
server.on('connect', (request, socket) => hold(() => {
  socket.write('HTTP/1.1 200 Connection established\\r\\n\\r\\n', written);
  server.emit('connection', socket);
}));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export interface BusyServer {
  readonly url: string;
  readonly port: number;
  /**
   * Waits until something is held, and keeps this thread busy then: for `ms`, in which the server has written what it held. No
   * timer and no socket of this thread is served meanwhile.
   */
  beBusy(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function startBusyServer(): Promise<BusyServer> {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(SERVER, { eval: true, workerData: flags.buffer });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  let calls = 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async beBusy(ms) {
      await until(() => Atomics.load(flags, 0) > calls, 'the server holds something');
      // From here the loop comes to its timers first, and to its sockets after them.
      await new Promise((resolve) => setImmediate(resolve));
      const startedAt = performance.now();
      worker.postMessage('go');
      if (Atomics.wait(flags, 1, calls, 20_000) === 'timed-out')
        throw new Error('It wrote nothing');
      calls += 1;
      while (performance.now() - startedAt < ms);
    },
    async close() {
      await worker.terminate();
    },
  };
}
