/** The origin of the core: the same answers over a network and without one. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Transport } from '@sdk/common';
import { patternBytes } from '../origin-routes.js';
import type { ArrivedRequest, PlayedAnswer } from './transport-contract.js';
import { readAll, type TransportStand } from './transport-stand.js';

/** A transport, an origin, and what the origin has seen. */
export interface CoreStand {
  readonly transport: Transport;
  readonly url: string;
  readonly seen: readonly ArrivedRequest[];
}

/** What `/echo` answers, as JSON. */
export interface CoreEcho {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly bodyBytes: number;
  readonly sha256: string;
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A transport whose origin answers by `play`: over loopback, or in the memory of a transport without a network. */
export async function coreStand(stand: TransportStand, network: boolean): Promise<CoreStand> {
  const seen: ArrivedRequest[] = [];
  const answer = (request: ArrivedRequest): Promise<PlayedAnswer> => {
    seen.push(request);
    return play(request);
  };
  if (!network) {
    return { transport: await stand.transport({}, answer), url: 'http://origin.test', seen };
  }
  const origin = await stand.origin({ handler: (...both) => serve(answer, ...both) });
  return { transport: await stand.transport(), url: origin.url, seen };
}

async function serve(
  answer: (request: ArrivedRequest) => Promise<PlayedAnswer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readAll(request).catch(() => undefined);
  // The client went away within its body: nobody is left to be answered.
  if (body === undefined) return;
  const { method = '', url: path = '', rawHeaders: headers } = request;
  const played = await answer({ method, path, headers, body });
  response.writeHead(played.status, [...played.headers]);
  if (played.body instanceof Readable) {
    response.flushHeaders();
    const { body: stream } = played;
    response.on('close', () => stream.destroy());
    stream.pipe(response);
  } else response.end(method === 'HEAD' ? undefined : played.body);
}

async function play({ method, path, headers, body }: ArrivedRequest): Promise<PlayedAnswer> {
  const [, route = '', argument = ''] = /^\/([a-z]+)\/?([^?]*)/.exec(path) ?? [];
  switch (route) {
    case 'status': {
      const status = Number(argument);
      const empty = status === 204 || status === 304;
      return { status, headers: ['Location', '/echo'], body: empty ? '' : `status ${status}` };
    }
    case 'headers':
      return {
        status: 200,
        headers: ['Set-Cookie', 'a=1', 'X-Mixed', 'One', 'Set-Cookie', 'b=2', 'X-Mixed', 'Two'],
        body: '',
      };
    case 'gzip': {
      const bytes = gzipSync('compressed');
      const length = String(bytes.length);
      return {
        status: 200,
        headers: ['Content-Encoding', 'gzip', 'Content-Length', length],
        body: bytes,
      };
    }
    case 'bytes': {
      const bytes = patternBytes(Number(argument));
      return { status: 200, headers: ['Content-Length', argument], body: bytes };
    }
    case 'hang':
      return new Promise(() => undefined);
    case 'stall':
      return { status: 200, headers: ['Content-Length', '1000'], body: stalling() };
    default: {
      const echo: CoreEcho = {
        method,
        path,
        headers: [...headers],
        bodyBytes: body.byteLength,
        sha256: sha256(body),
      };
      return {
        status: 200,
        headers: ['Content-Type', 'application/json'],
        body: JSON.stringify(echo),
      };
    }
  }
}

/** A first piece, and then nothing. */
function stalling(): Readable {
  let told = false;
  return new Readable({
    read() {
      if (!told) this.push('half of it');
      told = true;
    },
  });
}
