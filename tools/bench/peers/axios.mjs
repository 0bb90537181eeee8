/** axios with its own proxy support off and the same keep-alive agent as node's https. */
import axios from 'axios';
import { agentOf } from './agents.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const agent = agentOf(task);
  const { origin, headers, method, path, body } = task;
  const client = axios.create({
    baseURL: origin,
    headers,
    httpAgent: agent,
    httpsAgent: agent,
    proxy: false,
  });
  return {
    async call() {
      const { data } = await client.request({ method, url: path, data: body });
      return data;
    },
    close: () => agent.destroy(),
  };
}
