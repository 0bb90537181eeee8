import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** One request as an origin received it. The body members grow while the body arrives. */
export interface RecordedRequest {
  readonly method: string;
  /** The request target as written on the wire, undecoded. */
  readonly url: string;
  /** Lower-cased names, joined as `node:http` joins them. */
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value …, in the order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  /** The body's first bytes that have arrived, up to 16 MiB. */
  readonly body: Buffer;
  /** All body bytes that have arrived, those beyond `body` included. */
  readonly bodyBytes: number;
  /** SHA-256 of all body bytes that have arrived, in hex. */
  readonly sha256: string;
  /** `true` once the last byte of the request has arrived. */
  readonly complete: boolean;
  /** The status it was answered with; `undefined` until the answer's headers were written. */
  readonly status: number | undefined;
  /** The client's port: two requests with the same one used the same socket. */
  readonly remotePort: number;
  /** Number of the connection at this server, from 1. */
  readonly socketId: number;
  /** `true` where the connection resumed an earlier TLS session; `false` in clear. */
  readonly tlsSessionReused: boolean;
  /** The name the client sent by SNI; `undefined` in clear, or where it sent none. */
  readonly servername: string | undefined;
}

const keptBytes = 16 * 1024 * 1024;

/** Notes a request and, as it arrives, its body, without reading it in the place of the handler. */
export function recordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  socketId: number,
): RecordedRequest {
  const chunks: Buffer[] = [];
  const hash = createHash('sha256');
  let bodyBytes = 0;
  // A 'data' listener would start the flow and take the backpressure away that a handler may want to test;
  // the parser's own push() shows each chunk and changes nothing.
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk) {
      if (bodyBytes < keptBytes) chunks.push(Buffer.from(chunk));
      bodyBytes += chunk.length;
      hash.update(chunk);
    }
    return push(chunk, encoding);
  };
  const tls = 'encrypted' in request.socket ? (request.socket as TLSSocket) : undefined;
  const servername = tls && typeof tls.servername === 'string' ? tls.servername : undefined;
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    get body() {
      return Buffer.concat(chunks);
    },
    get bodyBytes() {
      return bodyBytes;
    },
    get sha256() {
      return hash.copy().digest('hex');
    },
    get complete() {
      return request.complete;
    },
    get status() {
      return response.headersSent ? response.statusCode : undefined;
    },
    remotePort: request.socket.remotePort ?? 0,
    socketId,
    tlsSessionReused: tls?.isSessionReused() ?? false,
    servername,
  };
}
