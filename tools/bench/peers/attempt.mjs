/** One attempt as the SDK's transports take it, and the text of their answers. */
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
 * @param {import('node:stream').Readable} body
 * @returns {Promise<string>}
 */
export function textOf(body) {
  return new Promise((resolve, reject) => {
    let text = '';
    body.setEncoding('utf8');
    body.on('data', (piece) => (text += piece));
    body.once('end', () => resolve(text));
    body.once('error', reject);
  });
}
