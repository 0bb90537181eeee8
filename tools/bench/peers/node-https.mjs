/** Node's own http(s) under a keep-alive agent: what most people write by hand. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { agentOf } from './agents.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const agent = agentOf(task);
  const { origin, headers, method, path, body } = task;
  const url = new URL(path, origin);
  const request = url.protocol === 'https:' ? secure : plain;
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const sent = request(url, { agent, headers, method }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece) => (text += piece));
          response.once('end', () => resolve(JSON.parse(text)));
          response.once('error', reject);
        });
        sent.once('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
