/** axios with its own proxy support off and the same keep-alive HttpsProxyAgent as node's https. */
import axios from 'axios';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** @type {import('../peer.js').Open} */
export function open({ proxy, origin, path, headers, concurrency }) {
  const httpsAgent = new HttpsProxyAgent(proxy, { keepAlive: true, maxSockets: concurrency });
  const client = axios.create({ baseURL: origin, headers, httpsAgent, proxy: false });
  return {
    async call() {
      const { data } = await client.get(path);
      return data;
    },
    close: () => httpsAgent.destroy(),
  };
}
