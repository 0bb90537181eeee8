/** The AWS SDK's NodeHttpHandler with the agent that its documents give it for a proxy. */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest } from '@smithy/protocol-http';
import { agentOf } from './agents.mjs';
import { textOf } from './attempt.mjs';

/** @type {import('../peer.js').Open} */
export function open(task) {
  const agent = /** @type {any} */ (agentOf(task));
  const handler = new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent });
  const { origin, path, method, headers, body } = task;
  const { protocol, hostname, port, host } = new URL(origin);
  const [pathname = '', search = ''] = path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  return {
    async call() {
      const request = new HttpRequest({
        protocol,
        hostname,
        port: Number(port),
        path: pathname,
        query,
        method,
        headers: { ...headers, host },
        body,
      });
      const { response } = await handler.handle(request);
      return JSON.parse(await textOf(response.body));
    },
    close: () => handler.destroy(),
  };
}
