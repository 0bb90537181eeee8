/** The keep-alive agent that most people put under a client by hand. */
import { Agent } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** @param {import('../peer.js').Task} task */
export function agentOf({ way, proxy, concurrency }) {
  const options = { keepAlive: true, maxSockets: concurrency };
  if (way === 'connect') return new HttpsProxyAgent(proxy, options);
  return way === 'forward' ? new HttpProxyAgent(proxy, options) : new Agent(options);
}
