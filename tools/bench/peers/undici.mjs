/**
 * undici's request() over its ProxyAgent. `connections` bounds the tunnels, which it would double otherwise; idle ones are
 * kept for longer than its four seconds, since they rest while the others have their turn.
 */
import { ProxyAgent, request } from 'undici';

const IDLE_MS = 60_000;

/** @type {import('../peer.js').Open} */
export function open({ proxy, origin, path, headers, concurrency }) {
  const dispatcher = new ProxyAgent({
    uri: proxy,
    connections: concurrency,
    keepAliveTimeout: IDLE_MS,
  });
  const url = origin + path;
  return {
    async call() {
      const { body } = await request(url, { dispatcher, headers });
      return body.json();
    },
    close: () => dispatcher.close(),
  };
}
