/** undici's client of one leased socket. */
import type { Socket } from 'node:net';
import { Client } from 'undici';
import { LONGEST_TIMER_MS } from '../timeouts.js';
import { AnswerGate } from './answer-gate.js';

/** What speaks HTTP on a socket, for as long as the socket lives. */
export interface WireClient {
  readonly client: Client;
  readonly gate: AnswerGate;
  /** The error of the socket. undici reports only its end, even if a TLS alert came before that. */
  failure: Error | undefined;
}

/** undici reads `origin` of its URL at each request, and a URL computes it each time. */
const NOWHERE = Object.defineProperty(new URL('http://leased.invalid'), 'origin', {
  value: 'http://leased.invalid',
});

const clients = new WeakMap<Socket, WireClient>();

/** The client of `socket`, the same one for each of its requests. */
export function clientOf(socket: Socket): WireClient {
  let wire = clients.get(socket);
  if (wire === undefined) {
    const made: WireClient = {
      client: open(socket),
      gate: new AnswerGate(socket),
      failure: undefined,
    };
    socket.once('error', (cause) => (made.failure = cause));
    clients.set(socket, (wire = made));
  }
  return wire;
}

/**
 * A client that never dials: it gets its one socket. Its URL is never sent, since each request has its own Host. The URL is never
 * `https:`, since undici would then end a connection whose next request names another host.
 */
function open(socket: Socket): Client {
  let taken = false;
  return new Client(NOWHERE, {
    // Called later, not synchronously: otherwise undici would not notice the connection.
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
    // The exchange and the pool have their own timers.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: LONGEST_TIMER_MS,
    keepAliveMaxTimeout: LONGEST_TIMER_MS,
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
