/** undici's client of one leased socket. */
import type { Socket } from 'node:net';
import { Client } from 'undici';
import { AnswerGate } from './answer-gate.js';

/** What speaks HTTP on a socket, for as long as the socket lives. */
export interface WireClient {
  readonly client: Client;
  readonly gate: AnswerGate;
}

/** The longest that Node's timers wait: when a socket is idle for too long is the pool's to say. */
const NEVER_MS = 2 ** 31 - 1;

const clients = new WeakMap<Socket, WireClient>();

/** The client of `socket`, the same one for each of its requests. */
export function clientOf(socket: Socket): WireClient {
  let wire = clients.get(socket);
  if (wire === undefined) {
    wire = { client: open(socket), gate: new AnswerGate(socket) };
    clients.set(socket, wire);
  }
  return wire;
}

/**
 * A client that never dials: it is handed the one socket that it is for. Its URL is never written, since each request
 * brings its Host, and never `https:`, where undici would end a connection whose next request names another host.
 */
function open(socket: Socket): Client {
  let taken = false;
  return new Client('http://leased.invalid', {
    // Later, and not within the call: undici would not notice the connection.
    connect: (_options, callback) =>
      queueMicrotask(() => {
        if (taken) {
          callback(goneBefore(), null);
          return;
        }
        taken = true;
        callback(null, socket);
      }),
    pipelining: 1,
    // Timers are the exchange's and the pool's.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: NEVER_MS,
    keepAliveMaxTimeout: NEVER_MS,
    keepAliveTimeoutThreshold: 0,
    allowH2: false,
  });
}

/** The socket closed between its lease and the request's first byte, and undici asked for the next one. */
function goneBefore(): Error {
  return Object.assign(new Error('The connection closed before it was used'), {
    code: 'ECONNRESET',
  });
}
