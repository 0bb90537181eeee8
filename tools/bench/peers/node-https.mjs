/** Node's own https under a keep-alive HttpsProxyAgent: what most people write by hand. */
import { get } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** @type {import('../peer.js').Open} */
export function open({ proxy, origin, path, headers, concurrency }) {
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true, maxSockets: concurrency });
  const url = new URL(path, origin);
  return {
    call: () =>
      new Promise((resolve, reject) => {
        get(url, { agent, headers }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece) => (text += piece));
          response.once('end', () => resolve(JSON.parse(text)));
          response.once('error', reject);
        }).once('error', reject);
      }),
    close: () => agent.destroy(),
  };
}
