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
/** Enough for the connection to be open and the code to be warm: what a first call costs is measured elsewhere. */
const WARM_UP_BYTES = 8 * 1024 * 1024;

/** @param {number} size */
function pathOf(size) {
  return direction === 'down' ? `/stream?${size}` : '/stream';
}

/**
 * @param {number} size
 * @returns {Record<string, string>}
 */
function headersOf(size) {
  return direction === 'down' ? {} : { 'Content-Length': String(size) };
}

/**
 * @param {number} size
 * @returns {Readable} as many bytes as are asked for, made as they are read
 */
function source(size) {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let left = size;
  return new Readable({
    highWaterMark: 64 * 1024,
    read() {
      const next = Math.min(left, piece.length);
      left -= next;
      this.push(next === 0 ? null : piece.subarray(0, next));
    },
  });
}

/** @param {AsyncIterable<Uint8Array>} body */
async function drain(body) {
  let sum = 0;
  for await (const piece of body) sum += piece.length;
  return sum;
}

/** @typedef {(size: number) => Promise<number>} Flow sends or fetches so many bytes, and answers how many came back */

/**
 * @param {import('@sdk/common').Transport} transport
 * @returns {Flow}
 */
function overTransport(transport) {
  return async (size) => {
    const attempt = attemptOf({
      way: 'connect',
      proxy,
      origin,
      method: 'GET',
      path: pathOf(size),
      headers: headersOf(size),
      concurrency: 1,
    });
    const body = direction === 'down' ? undefined : source(size);
    const answer = await transport.send({ ...attempt, method, body });
    return drain(answer.body);
  };
}

/** @returns {Flow} */
function overNode() {
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  return async (size) => {
    const url = new URL(pathOf(size), origin);
    const sent = secure(url, { agent, method, headers: headersOf(size) });
    if (direction === 'down') sent.end();
    else source(size).pipe(sent);
    const [response] = await once(sent, 'response');
    return drain(response);
  };
}

/** @returns {Flow} */
function overUndici() {
  const dispatcher = new ProxyAgent({ uri: proxy });
  return async (size) => {
    const answer = await request(origin + pathOf(size), {
      dispatcher,
      method: /** @type {any} */ (method),
      headers: headersOf(size),
      body: direction === 'down' ? null : source(size),
    });
    return drain(answer.body);
  };
}

/** @type {Record<string, () => Flow>} */
const PEERS = {
  'axios-transport': () => overTransport(new AxiosTransport()),
  'undici-transport': () => overTransport(new UndiciTransport()),
  'node-https': overNode,
  undici: overUndici,
};
const flow = /** @type {() => Flow} */ (PEERS[name])();
await flow(WARM_UP_BYTES);

let rss = 0;
const timer = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 20);
const cpu = process.cpuUsage();
const startedAt = performance.now();
const received = await flow(bytes);
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
