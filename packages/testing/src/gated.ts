import http, { STATUS_CODES } from 'node:http';
import net from 'node:net';
import type { Socket } from 'node:net';
import { parseHead } from './scripted-proxy.js';
import type { ConnectionScript, RequestHead, ScriptApi } from './scripted-proxy.js';

/** What a gate says to a request: it may pass, with these headers in the answer, or it is refused. */
export type Verdict =
  | { readonly pass: true; readonly headers?: readonly string[] | undefined }
  | {
      readonly pass: false;
      /** @default 407 */
      readonly status?: number | undefined;
      /** Header lines, such as `Proxy-Authenticate: …`. */
      readonly headers: readonly string[];
      /** The page behind the head. @default '' */
      readonly page?: string | undefined;
      /** How the page ends: by its length, in chunks, or with the connection. @default 'length' */
      readonly framing?: 'length' | 'chunked' | 'close' | undefined;
    };

/** Decides on each request as its head arrives. */
export interface Gate {
  judge(head: RequestHead, socketId: number): Verdict;
}

/** A script that serves request after request on each connection, as far as `gate` lets them through. */
export function gated(gate: Gate): ConnectionScript {
  return async (socket, api) => {
    const bytes = new ByteReader(socket, api);
    for (let head = await api.head(); ; head = parseHead(await bytes.head())) {
      const verdict = gate.judge(head, api.socketId);
      if (!verdict.pass) {
        refuse(socket, head, verdict);
        if (verdict.framing === 'close') return;
        await readBody(head, bytes);
      } else if (head.method === 'CONNECT') {
        return tunnel(socket, head.target, verdict.headers ?? [], bytes);
      } else {
        await forward(socket, head, await readBody(head, bytes), verdict.headers ?? []);
      }
    }
  };
}

function refuse(
  socket: Socket,
  head: RequestHead,
  { status = 407, headers, page = '', framing = 'length' }: Verdict & { pass: false },
): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers];
  if (framing === 'length') lines.push(`Content-Length: ${Buffer.byteLength(page)}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  if (framing === 'close') lines.push('Connection: close');
  const chunk = page === '' ? '' : `${Buffer.byteLength(page).toString(16)}\r\n${page}\r\n`;
  const body = framing === 'chunked' ? `${chunk}0\r\n\r\n` : page;
  socket.write(`${lines.join('\r\n')}\r\n\r\n${head.method === 'HEAD' ? '' : body}`);
  if (framing === 'close') socket.end();
}

/** Dials the target and passes bytes both ways until one side ends. */
async function tunnel(
  socket: Socket,
  target: string,
  headers: readonly string[],
  bytes: ByteReader,
): Promise<void> {
  const { hostname, port } = new URL(`connect://${target}`);
  const upstream = net.connect({ port: Number(port), host: hostname.replace(/^\[|\]$/g, '') });
  upstream.on('error', () => socket.destroy());
  upstream.on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
  await new Promise<void>((resolve) => upstream.once('connect', resolve));
  socket.write(['HTTP/1.1 200 Connection established', ...headers, '', ''].join('\r\n'));
  bytes.passTo((chunk) => upstream.write(chunk));
  socket.on('end', () => upstream.end());
  upstream.pipe(socket);
}

/** Sends the request on without what was meant for the proxy, and the answer back, whole. */
async function forward(
  socket: Socket,
  { method, target, headers }: RequestHead,
  body: Buffer,
  added: readonly string[],
): Promise<void> {
  const own = headers.filter(
    ([name]) => !/^(?:proxy-.*|connection|transfer-encoding|content-length)$/i.test(name),
  );
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const list = own.flat();
    if (body.length > 0) list.push('Content-Length', String(body.length));
    const request = http.request(target, { method, headers: list, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const page = Buffer.concat(chunks);
  const status = answer.statusCode ?? 502;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...added];
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!/^(?:connection|keep-alive|transfer-encoding|content-length)$/.test(name))
      for (const each of [value].flat()) lines.push(`${name}: ${each}`);
  }
  lines.push(`Content-Length: ${page.length}`, '', '');
  socket.write(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), page]));
}

async function readBody({ headers }: RequestHead, bytes: ByteReader): Promise<Buffer> {
  const value = (name: string): string | undefined =>
    headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
  if (value('transfer-encoding') === undefined)
    return bytes.take(Number(value('content-length') ?? 0));
  const chunks: Buffer[] = [];
  for (;;) {
    const size = Number.parseInt((await bytes.through('\r\n')).trim(), 16);
    const chunk = await bytes.take(size + 2);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, size));
  }
}

/** The bytes of a connection behind its first head, cut as they are asked for. */
class ByteReader {
  #kept: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #sink: ((chunk: Buffer) => void) | undefined;
  #ended = false;

  constructor(socket: Socket, api: ScriptApi) {
    api.onBytes((chunk) => {
      if (this.#sink !== undefined) return this.#sink(chunk);
      this.#kept = Buffer.concat([this.#kept, chunk]);
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      if (this.#sink === undefined) socket.destroy();
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
  }

  /** The next head, its empty line included. */
  head(): Promise<string> {
    return this.through('\r\n\r\n');
  }

  /** All through the next occurrence of `mark`. */
  async through(mark: string): Promise<string> {
    for (;;) {
      const at = this.#kept.indexOf(mark, 0, 'latin1');
      if (at >= 0) return (await this.take(at + mark.length)).toString('latin1');
      await this.#more();
    }
  }

  /** So many bytes. */
  async take(length: number): Promise<Buffer> {
    while (this.#kept.length < length) await this.#more();
    const taken = this.#kept.subarray(0, length);
    this.#kept = this.#kept.subarray(length);
    return taken;
  }

  /** From now on every byte goes there. */
  passTo(sink: (chunk: Buffer) => void): void {
    this.#sink = sink;
    if (this.#kept.length > 0) sink(this.#kept);
    this.#kept = Buffer.alloc(0);
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error('The client has gone');
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
