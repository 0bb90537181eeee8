import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const LIMIT_MS = 20_000;

/** An answer, read to its end. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** PEM of the authority to trust, for `https:`. */
  readonly ca?: string;
  /** The request target, where it is not the URL's own path: absolute-form for a proxy. */
  readonly target?: string;
  /** A connection that stands already: a tunnel. */
  readonly socket?: Socket;
}

/** One request by node's own client, on a socket of its own: the lab is checked without anything of the SDK. */
export async function sendRaw(url: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { socket } = options;
  const send = url.startsWith('https:') && socket === undefined ? requestHttps : requestHttp;
  const outgoing = send(url, {
    method: options.method ?? 'GET',
    headers: { connection: 'close', ...options.headers },
    timeout: LIMIT_MS,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.target === undefined ? {} : { path: options.target }),
    // node asks createConnection only where no agent is named.
    ...(socket === undefined
      ? { agent: false }
      : { createConnection: () => socket, protocol: 'http:' }),
  });
  outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer in ${LIMIT_MS} ms`)));
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    outgoing.end(options.body);
  });
}

export interface RawTunnel {
  readonly status: number;
  /** The status line and the headers of the proxy's answer. */
  readonly head: string;
  readonly socket: Socket;
}

export interface RawTunnelOptions {
  /** `name:password`, sent by Basic. */
  readonly credentials?: string;
  /** The whole value of Proxy-Authorization, for other schemes. */
  readonly authorization?: string;
  readonly ca?: string;
  /** What the client shows to an `https:` proxy, PEM. */
  readonly cert?: string;
  readonly key?: string;
}

/** A CONNECT spoken by hand; the caller destroys the socket. */
export async function connectRaw(
  proxy: string,
  authority: string,
  options: RawTunnelOptions = {},
): Promise<RawTunnel> {
  const { protocol, hostname: host, port } = new URL(proxy);
  const place = { host, port: Number(port) };
  const socket =
    protocol === 'https:' ? connectTls({ ...place, ...tlsOf(options) }) : connectTcp(place);
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error(`no answer in ${LIMIT_MS} ms`)));
  await once(socket, protocol === 'https:' ? 'secureConnect' : 'connect');
  const value =
    options.credentials === undefined
      ? options.authorization
      : basicCredentials(options.credentials);
  const credentials = value === undefined ? '' : `Proxy-Authorization: ${value}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`);
  let head = '';
  while (!head.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    head += chunk.toString('latin1');
  }
  // Whoever reads next attaches a listener, which sets the socket flowing again.
  socket.pause();
  socket.setTimeout(0);
  return { status: Number(head.split(' ')[1]), head, socket };
}

const tlsOf = ({ ca, cert, key }: RawTunnelOptions) => ({
  ca,
  ...(cert === undefined ? {} : { cert, key }),
});

/** The value of an (Proxy-)Authorization header for `name:password` (RFC 7617). */
export function basicCredentials(nameAndPassword: string): string {
  return `Basic ${Buffer.from(nameAndPassword).toString('base64')}`;
}
