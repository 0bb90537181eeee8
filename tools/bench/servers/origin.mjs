/**
 * The https origin, in a process of its own: every request gets the same small JSON, made before the run.
 * It is started with a message { cert, key, body } and answers with { port }.
 */
import { createServer } from 'node:https';

process.once('message', (/** @type {{ cert: string, key: string, body: string }} */ start) => {
  const body = Buffer.from(start.body);
  const headers = [
    ...['Content-Type', 'application/json'],
    ...['Content-Length', String(body.length)],
    ...['X-Request-Id', '5b2f8b0e-6f0a-4c43-9f0e-2f6f5f1f1c11'],
    ...['RateLimit-Remaining', '4988'],
  ];
  const server = createServer({ cert: start.cert, key: start.key }, (request, response) => {
    request.resume();
    response.writeHead(200, headers).end(body);
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
  });
});
process.once('disconnect', () => process.exit());
