/**
 * The origin, in a process of its own, by https: and by http:. It is started with a message { cert, key, bodies } and answers
 * with { https, http }: its ports. `bodies` are JSON texts by name; `/<name>/…` answers that one, made before the run.
 * `GET /stream` sends as many bytes as its query says, `PUT /stream` takes what comes.
 */
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';

const PIECE = Buffer.alloc(64 * 1024, 'x');

/** @type {Map<string, { body: Buffer, headers: string[] }>} */
const answers = new Map();

/** @type {import('node:http').RequestListener} */
function answer(request, response) {
  const [name = ''] = (request.url ?? '').slice(1).split(/[/?]/, 1);
  if (name === 'stream') {
    if (request.method === 'GET') send(response, Number(request.url?.split('?')[1]));
    else request.resume().once('end', () => response.end());
    return;
  }
  request.resume();
  const found = answers.get(name);
  response.writeHead(200, found?.headers).end(found?.body);
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} bytes
 */
function send(response, bytes) {
  response.writeHead(200, { 'Content-Length': bytes });
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<number>}
 */
function listening(server) {
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}

process.once(
  'message',
  async (
    /** @type {{ cert: string, key: string, bodies: Record<string, string> }} */ {
      cert,
      key,
      bodies,
    },
  ) => {
    for (const [name, text] of Object.entries(bodies)) {
      const body = Buffer.from(text);
      const headers = [
        ...['Content-Type', 'application/json'],
        ...['Content-Length', String(body.length)],
        ...['X-Request-Id', '5b2f8b0e-6f0a-4c43-9f0e-2f6f5f1f1c11'],
        ...['RateLimit-Remaining', '4988'],
      ];
      answers.set(name, { body, headers });
    }
    process.send?.({
      https: await listening(createServer({ cert, key }, answer)),
      http: await listening(createPlain(answer)),
    });
  },
);
process.once('disconnect', () => process.exit());
