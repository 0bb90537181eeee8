/** One large body in a process of its own: `node stream.mjs <peer> <down|up> <task as JSON>`; answers with its figures. */
import { once } from 'node:events';
import { request as secure } from 'node:https';
import { Readable } from 'node:stream';
import { AxiosTransport } from '@sdk/common';
import { UndiciTransport } from '@sdk/common/undici';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ProxyAgent, request } from 'undici';
import { attemptOf } from './peers/attempt.mjs';

const [name = '', direction = '', text = '{}'] = process.argv.slice(2);
/** @type {{ proxy: string, origin: string, bytes: number }} */
const { proxy, origin, bytes } = JSON.parse(text);
const method = direction === 'down' ? 'GET' : 'PUT';
const path = direction === 'down' ? `/stream?${bytes}` : '/stream';
const length = { 'Content-Length': String(bytes) };

/** @returns {Readable} as many bytes as are asked for, made as they are read */
function source() {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let left = bytes;
  return new Readable({
    highWaterMark: 64 * 1024,
    read() {
      const size = Math.min(left, piece.length);
      left -= size;
      this.push(size === 0 ? null : piece.subarray(0, size));
    },
  });
}

/** @param {AsyncIterable<Uint8Array>} body */
async function drain(body) {
  let sum = 0;
  for await (const piece of body) sum += piece.length;
  return sum;
}

/** @param {import('@sdk/common').Transport} transport */
async function overTransport(transport) {
  const headers = direction === 'down' ? {} : length;
  const attempt = attemptOf({
    way: 'connect',
    proxy,
    origin,
    method: 'GET',
    path,
    headers,
    concurrency: 1,
  });
  const body = direction === 'down' ? undefined : source();
  const answer = await transport.send({ ...attempt, method, body });
  return drain(answer.body);
}

/** @type {Record<string, () => Promise<number>>} */
const PEERS = {
  'axios-transport': () => overTransport(new AxiosTransport()),
  'undici-transport': () => overTransport(new UndiciTransport()),
  'node-https': async () => {
    const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
    const headers = direction === 'down' ? {} : length;
    const sent = secure(new URL(path, origin), { agent, method, headers });
    if (direction === 'down') sent.end();
    else source().pipe(sent);
    const [response] = await once(sent, 'response');
    return drain(response);
  },
  undici: async () => {
    const dispatcher = new ProxyAgent({ uri: proxy });
    const body = direction === 'down' ? null : source();
    const headers = direction === 'down' ? {} : length;
    const answer = await request(origin + path, {
      dispatcher,
      method: /** @type {any} */ (method),
      headers,
      body,
    });
    return drain(answer.body);
  },
};

let rss = 0;
const timer = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 20);
const cpu = process.cpuUsage();
const startedAt = performance.now();
const received = await PEERS[name]?.();
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(timer);
if (direction === 'down' && received !== bytes) throw new Error('not the whole body');
process.send?.({
  mibPerSecond: bytes / 1024 / 1024 / seconds,
  cpuSeconds: (user + system) / 1_000_000,
  rssMib: rss / 1024 / 1024,
});
process.once('disconnect', () => process.exit());
