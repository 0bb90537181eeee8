import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ByteInbox } from './byte-inbox.js';
import { gated } from './gated.js';
import { openTunnel } from './open-tunnel.js';
import type { ConnectionScript, ScriptApi } from './scripted-proxy.js';

/** With bytes that were not read yet, a reset is read as an end: it has to come when they have arrived. */
const ARRIVAL_MS = 20;

/** Closes our side when the client closes its own, as a server that is well does. */
function endWithClient(socket: Socket): void {
  socket.on('end', () => socket.end());
}

/** How `scripts.tunnel` opens its tunnels. */
export interface TunnelScriptOptions {
  /** The first line of the answer. @default 'HTTP/1.1 200 Connection established' */
  readonly statusLine?: string | undefined;
  /** Header lines of the answer. Default: none. */
  readonly headers?: readonly string[] | undefined;
  /** Bytes sent in one write with the answer's head: they belong to the tunnel. Default: none. */
  readonly glued?: string | Uint8Array | undefined;
}

async function tunnel(
  socket: Socket,
  api: ScriptApi,
  { statusLine, headers = [], glued = '' }: TunnelScriptOptions,
): Promise<void> {
  const { target } = await api.head();
  const lines = [statusLine ?? 'HTTP/1.1 200 Connection established', ...headers, '', ''];
  const answer = Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(glued)]);
  const inbox = new ByteInbox(socket, (sink) => api.onBytes(sink));
  await openTunnel(socket, inbox, target, answer);
}

function answerWith(
  bytes: string | Uint8Array,
  then: 'end' | 'reset' | 'silence' = 'silence',
): ConnectionScript {
  return async (socket, api) => {
    endWithClient(socket);
    await api.head();
    socket.write(bytes);
    if (then === 'end') socket.end();
    if (then !== 'reset') return;
    await sleep(ARRIVAL_MS);
    api.reset();
  };
}

/** Ready-made behaviours of a proxy for `startScriptedProxy`. */
export const scripts = {
  /** Takes everything and never says a word. */
  silent: ((socket) => endWithClient(socket)) satisfies ConnectionScript,

  /** Really tunnels to the target of the CONNECT, with the answer it is told to give. */
  tunnel: (options: TunnelScriptOptions = {}): ConnectionScript => {
    return (socket, api) => tunnel(socket, api, options);
  },

  /** Answers the first request with this status, header lines and body, and closes. */
  refuse: (
    status: number,
    {
      headers = [],
      body = '',
    }: { readonly headers?: readonly string[]; readonly body?: string } = {},
  ): ConnectionScript => {
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      ...headers,
      '',
      body,
    ];
    return answerWith(lines.join('\r\n'), 'end');
  },

  /** Serves request after request on each connection, tunnels and absolute-form, as far as a gate lets them through. */
  gated,

  /** Writes these bytes when the first request's head has arrived, then ends, resets, or stays silent. */
  answer: answerWith,

  /** Answers with what is no HTTP at all, and goes on listening. */
  garbage: answerWith('\x00\x01SSH-2.0-notaproxy\r\n\xff\xfe\r\n\r\n'),

  /** Answers CONNECT with a TLS alert record, as a TLS server does when it is spoken to in clear. */
  tlsInClear: answerWith(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]), 'end'),

  /** Writes a status line and then header bytes without an end, as many as asked for, as fast as they are taken. */
  endlessHeader: (totalBytes = 1024 * 1024): ConnectionScript => {
    return async (socket, api) => {
      endWithClient(socket);
      await api.head();
      socket.write('HTTP/1.1 200 Connection established\r\nX-Long: ');
      const chunk = 'x'.repeat(16 * 1024);
      for (let sent = 0; sent < totalBytes && !socket.destroyed; sent += chunk.length) {
        if (!socket.write(chunk)) {
          await new Promise<void>((resolve) => {
            socket.once('drain', resolve);
            socket.once('close', resolve);
          });
        }
      }
    };
  },

  /** Closes in good order: at once, or after the head of the first request. Never answers. */
  closeEarly: (when: 'at-once' | 'after-head' = 'after-head'): ConnectionScript => {
    return async (socket, api) => {
      if (when === 'after-head') await api.head();
      socket.end();
    };
  },

  /** Resets the connection after the head of the first request. */
  reset: (async (socket, api) => {
    await api.head();
    api.reset();
  }) satisfies ConnectionScript,

  /** Plays another script, but only so many milliseconds after the head of the first request has arrived. */
  later: (ms: number, script: ConnectionScript): ConnectionScript => {
    return async (socket, api) => {
      await api.head();
      await sleep(ms);
      if (!socket.destroyed) await script(socket, api);
    };
  },
};
