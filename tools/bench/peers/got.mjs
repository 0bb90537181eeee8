/** got with an agent for the proxy, as its documents tell; nothing is sent twice. */
import got from 'got';
import { agentOf } from './agents.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const agent = agentOf(task);
  const { origin, path, method, headers, body } = task;
  const client = got.extend({
    method,
    headers,
    // One agent serves one protocol here; got's types want one of each.
    agent: /** @type {any} */ ({ http: agent, https: agent }),
    retry: { limit: 0 },
    ...(body === undefined ? {} : { body }),
  });
  const url = origin + path;
  return { call: () => client(url).json(), close: () => agent.destroy() };
}
