import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { resetConnection } from './loopback.js';

/** What the default handler answers, as JSON, on every path that is not a route of its own. */
export interface Echo {
  method: string;
  /** The request target as written on the wire. */
  url: string;
  /** Name and value pairs in the order and spelling of the wire. */
  headers: [name: string, value: string][];
  bodyBytes: number;
  /** SHA-256 of the body, in hex. */
  sha256: string;
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;

/** Bytes that are the same in every run and differ along the way, so that a shifted piece shows in a hash. */
export function patternBytes(length: number, offset = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i += 1) bytes[i] = ((offset + i) * 31 + ((offset + i) >> 8)) & 0xff;
  return bytes;
}

function* patternChunks(length: number): Generator<Buffer> {
  for (let sent = 0; sent < length; sent += 65536) {
    yield patternBytes(Math.min(65536, length - sent), sent);
  }
}

async function echo(request: IncomingMessage): Promise<Buffer> {
  const hash = createHash('sha256');
  let bodyBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bodyBytes += chunk.length;
  }
  const headers: Echo['headers'] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  }
  const { method = '', url = '' } = request;
  const answer: Echo = { method, url, headers, bodyBytes, sha256: hash.digest('hex') };
  return Buffer.from(JSON.stringify(answer));
}

function compressed(encoding: string, compress: (bytes: Buffer) => Buffer): Route {
  return async (request, response) => {
    const body = compress(await echo(request));
    response.setHeader('content-type', 'application/json').setHeader('content-encoding', encoding);
    response.setHeader('content-length', body.length).end(body);
  };
}

function half(response: ServerResponse, then: () => void): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 1000 });
  response.write('x'.repeat(500), () => setTimeout(then, 20));
}

const number = (url: URL, name: string, otherwise: number): number =>
  Number(url.searchParams.get(name) ?? otherwise);

/** Each route with the path it answers; `/status/…` and `/bytes/…` take a number behind the slash. */
const routes: Record<string, Route> = {
  '/status': (request, response, url) => {
    request.resume();
    const status = Number(url.pathname.split('/')[2]);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 204 || status === 304 ? undefined : JSON.stringify({ status }));
  },
  '/bytes': (request, response, url) => {
    request.resume();
    const length = Number(url.pathname.split('/')[2]);
    response.setHeader('content-type', 'application/octet-stream');
    if (!url.searchParams.has('chunked')) response.setHeader('content-length', length);
    return pipeline(Readable.from(patternChunks(length), { objectMode: false }), response);
  },
  '/slow-headers': async (request, response, url) => {
    await sleep(number(url, 'ms', 1000));
    response.setHeader('content-type', 'application/json').end(await echo(request));
  },
  '/drip': async (request, response, url) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    for (let left = number(url, 'count', 10); left > 0 && !response.destroyed; left -= 1) {
      response.write('.');
      await sleep(number(url, 'ms', 100));
    }
    response.end();
  },
  '/gzip': compressed('gzip', gzipSync),
  '/deflate': compressed('deflate', deflateSync),
  '/br': compressed('br', brotliCompressSync),
  '/hang': (request) => request.resume(),
  '/stall': (request, response) => half(response, () => request.resume()),
  '/reset': (request, response) => half(response, () => resetConnection(request.socket)),
  '/truncated': (request, response) => half(response, () => request.socket.destroySoon()),
  '/set': (request, response, url) => {
    request.resume();
    response.statusCode = number(url, 'status', 200);
    for (const [name, value] of url.searchParams) {
      if (name !== 'status' && name !== 'body') response.appendHeader(name, value);
    }
    response.end(url.searchParams.get('body') ?? '');
  },
};

/**
 * The handler of an origin that was given none: an echo, and routes that behave well or badly on purpose.
 *
 * | path | what it does |
 * | --- | --- |
 * | anything else | reads the body, answers 200 with an `Echo` as JSON |
 * | `/status/404` | that status, with `{"status":404}` |
 * | `/bytes/1048576` | so many pattern bytes, streamed with backpressure; `?chunked` leaves the length out |
 * | `/slow-headers?ms=1000` | an echo after that time |
 * | `/drip?ms=100&count=10` | the headers at once, then so many bytes, one each that time |
 * | `/gzip`, `/deflate`, `/br` | an echo, compressed |
 * | `/hang` | reads the request and never answers |
 * | `/stall` | half of the body it promised, then silence |
 * | `/reset` | half of the body it promised, then a TCP reset |
 * | `/truncated` | half of the body it promised, then an orderly close |
 * | `/set?status=302&location=/x&body=…` | that status; every other parameter is a response header |
 */
export async function defaultHandler(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '/';
  const url = new URL(/^https?:/i.test(target) ? target : `http://origin${target}`);
  const name = /^\/[a-z-]+/.exec(url.pathname)?.[0] ?? '';
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  try {
    if (route) await route(request, response, url);
    else response.setHeader('content-type', 'application/json').end(await echo(request));
  } catch {
    // The client went away in the middle: nobody is left who could be told.
    response.destroy();
  }
}
