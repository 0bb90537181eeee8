/**
 * The origin, in a process of its own, by https: and by http:. A message { cert, key, calls } starts it and is answered with
 * its ports; { report } is answered with how often each call was processed, by id.
 */
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';

let processed = new Uint8Array();

/** @type {import('node:http').RequestListener} */
function answer(request, response) {
  const id = Number(request.url?.slice(1));
  request.on('error', () => undefined).resume();
  // A request is processed once its last byte has come.
  request.once('end', () => {
    processed[id] = Math.min(255, (processed[id] ?? 0) + 1);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
  });
}

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<number>}
 */
function listening(server) {
  server.keepAliveTimeout = 0;
  server.on('clientError', (_error, socket) => socket.destroy());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}

/** @typedef {{ cert?: string, key?: string, calls?: number, report?: boolean }} Question */

process.on('message', async (/** @type {Question} */ { cert, key, calls, report }) => {
  if (report) {
    process.send?.({ processed: Buffer.from(processed).toString('base64') });
    return;
  }
  processed = new Uint8Array(calls ?? 0);
  process.send?.({
    https: await listening(createServer({ cert, key }, answer)),
    http: await listening(createPlain(answer)),
  });
});
process.once('disconnect', () => process.exit());
