/** One attempt as the SDK's transports take it, and the text of its answer. */
import { DEFAULT_TIMEOUTS, originOf, ProxyServer, routeTo } from '@sdk/common';

/**
 * @param {import('../peer.js').Task} task
 * @returns {import('@sdk/common').TransportRequest}
 */
export function attemptOf({ way, proxy, origin, method, path, headers, body }) {
  const place = originOf(origin);
  const { hostname, port } = new URL(proxy);
  const server = new ProxyServer({ protocol: 'http:', host: hostname, port: Number(port) });
  return {
    method,
    origin: place,
    path,
    headers: Object.entries(headers).flat(),
    body,
    route: routeTo(place, way === 'direct' ? undefined : server),
    timeouts: DEFAULT_TIMEOUTS,
  };
}

/**
 * As the SDK's connections read: the pieces, then their text.
 * @param {import('node:stream').Readable} body
 * @returns {Promise<string>}
 */
export function textOf(body) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const pieces = [];
    body.on('data', (piece) => pieces.push(piece));
    body.once('end', () => {
      const [first] = pieces;
      const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
      resolve(whole.toString('utf8'));
    });
    body.once('error', reject);
  });
}
