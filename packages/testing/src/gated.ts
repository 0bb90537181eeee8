import http, { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ByteInbox } from './byte-inbox.js';
import { openTunnel } from './open-tunnel.js';
import { parseHead } from './scripted-proxy.js';
import type { ConnectionScript, RequestHead } from './scripted-proxy.js';

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
    const inbox = new ByteInbox(socket, (sink) => api.onBytes(sink));
    // A client that ends its side waits for no answer; in a tunnel that is for the target to know.
    const letGo = (): void => void socket.destroy();
    socket.on('end', letGo);
    for (let head = await api.head(); ; head = await nextHead(inbox)) {
      const verdict = gate.judge(head, api.socketId);
      if (!verdict.pass) {
        refuse(socket, head, verdict);
        if (verdict.framing === 'close') return;
        await readBody(head, inbox);
      } else if (head.method === 'CONNECT') {
        socket.off('end', letGo);
        const lines = ['HTTP/1.1 200 Connection established', ...(verdict.headers ?? []), '', ''];
        return openTunnel(socket, inbox, head.target, lines.join('\r\n'));
      } else {
        await forward(socket, head, await readBody(head, inbox), verdict.headers ?? []);
      }
    }
  };
}

async function nextHead(inbox: ByteInbox): Promise<RequestHead> {
  return parseHead((await inbox.through('\r\n\r\n')).toString('latin1'));
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

async function readBody({ headers }: RequestHead, inbox: ByteInbox): Promise<Buffer> {
  const value = (name: string): string | undefined =>
    headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
  if (value('transfer-encoding') === undefined)
    return inbox.bytes(Number(value('content-length') ?? 0));
  const chunks: Buffer[] = [];
  for (;;) {
    const size = Number.parseInt((await inbox.through('\r\n')).toString('latin1').trim(), 16);
    const chunk = await inbox.bytes(size + 2);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, size));
  }
}
