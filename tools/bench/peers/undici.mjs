/**
 * undici's request() over its ProxyAgent, or its Agent. `connections` bounds the tunnels, which it would double otherwise; idle
 * ones are kept for longer than its four seconds, since they rest while the others have their turn.
 */
import { Agent, ProxyAgent, request } from 'undici';

const IDLE_MS = 60_000;

/** @type {import('../peer.js').Open} */
export function open({ way, proxy, origin, method, path, headers, body, concurrency }) {
  const options = { connections: concurrency, keepAliveTimeout: IDLE_MS };
  const dispatcher =
    way === 'direct'
      ? new Agent(options)
      : new ProxyAgent({ uri: proxy, proxyTunnel: way === 'connect', ...options });
  const url = origin + path;
  return {
    async call() {
      const answer = await request(url, { dispatcher, method, headers, body: body ?? null });
      return answer.body.json();
    },
    close: () => dispatcher.close(),
  };
}
