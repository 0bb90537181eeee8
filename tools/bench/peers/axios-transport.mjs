/** The SDK's default transport, bare: one attempt over a route that was decided before. */
import { AxiosTransport, DEFAULT_TIMEOUTS, originOf, ProxyServer, routeTo } from '@sdk/common';

/** @type {import('../peer.js').Open} */
export function open({ proxy, origin, path, headers }) {
  const transport = new AxiosTransport();
  const place = originOf(origin);
  const { hostname, port } = new URL(proxy);
  const server = new ProxyServer({ protocol: 'http:', host: hostname, port: Number(port) });
  const list = Object.entries(headers).flat();
  return {
    async call() {
      const { body } = await transport.send({
        method: 'GET',
        origin: place,
        path,
        headers: list,
        route: routeTo(place, server),
        timeouts: DEFAULT_TIMEOUTS,
      });
      return JSON.parse(await textOf(body));
    },
    close: () => transport.close(),
  };
}

/** @param {import('node:stream').Readable} body */
function textOf(body) {
  return new Promise((resolve, reject) => {
    let text = '';
    body.setEncoding('utf8');
    body.on('data', (piece) => (text += piece));
    body.once('end', () => resolve(text));
    body.once('error', reject);
  });
}
