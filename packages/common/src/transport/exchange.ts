/** One request and its answer on one leased socket, under Node's `http`. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import type { Socket } from 'node:net';
import { onAbort } from '../abort.js';
import { exchangeFailed } from '../wire/failure.js';
import { protocolChanged } from '../wire/node-error.js';
import type { LeasedOptions, PooledAgent } from './agents.js';
import { endBody, guarded, withoutBody } from './answer-body.js';
import { closedInFlight } from './closed.js';
import { ExchangeTimer, type Timed } from './exchange-timer.js';
import { unsendable, type Head } from './head.js';
import { keepAliveHint } from './keep-alive-hint.js';
import type { Lease } from './lease.js';
import type { SocketPool } from './pool.js';
import { ResponseHeaders } from './response-headers.js';
import type { TransportRequest, TransportResponse } from './transport.js';
import { brokenBody, uploadOf, upload, type Upload } from './upload.js';

/**
 * Sends `request` on `lease` and answers at the headers. From then on the timers, the signal and the socket's failures
 * destroy the body with a typed error (or the signal's own reason); read to its end, it gives the socket back.
 */
export function exchange(
  agent: PooledAgent,
  lease: Lease,
  request: TransportRequest,
  head: Head,
  startedAt: number,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    let client: ClientRequest;
    try {
      const broken = brokenBody(request.body);
      if (broken !== undefined) throw broken;
      client = open(agent, lease, request, head);
    } catch (cause) {
      agent.pool.release(lease);
      // If the stream itself fails, the request rejects with its own error.
      reject(cause);
      return;
    }
    new Exchange(client, agent.pool, lease, request, { resolve, reject }, startedAt).send(head);
  });
}

function open(
  agent: PooledAgent,
  lease: Lease,
  request: TransportRequest,
  head: Head,
): ClientRequest {
  const options: RequestOptions & LeasedOptions = {
    agent,
    lease,
    protocol: request.origin.protocol,
    method: request.method,
    path: head.target,
    headers: head.headers,
    setHost: false,
  };
  try {
    return httpRequest(options);
  } catch (cause) {
    throw unsendable(cause);
  }
}

interface Settle {
  resolve(response: TransportResponse): void;
  reject(reason: unknown): void;
}

/** What happens between the request's first byte and the answer's last. */
class Exchange implements Timed {
  readonly #client: ClientRequest;
  readonly #pool: SocketPool;
  readonly #lease: Lease;
  readonly #request: TransportRequest;
  readonly #settle: Settle;
  readonly #startedAt: number;
  readonly #sentAt: number;
  readonly #timer: ExchangeTimer;
  readonly #stopListening: (() => void) | undefined;
  #response: IncomingMessage | undefined;
  #upload: Upload | undefined;
  #over = false;

  constructor(
    client: ClientRequest,
    pool: SocketPool,
    lease: Lease,
    request: TransportRequest,
    settle: Settle,
    startedAt: number,
  ) {
    this.#client = client;
    this.#pool = pool;
    this.#lease = lease;
    this.#request = request;
    this.#settle = settle;
    this.#startedAt = startedAt;
    this.#sentAt = performance.now();
    this.#timer = new ExchangeTimer(request, this);
    const { signal } = request;
    this.#stopListening = signal && onAbort(signal, () => this.fail(signal.reason));
    client.on('error', (cause) => this.#broke(cause));
    client.on('response', (message) => this.#answer(message));
    client.on('upgrade', (_message, socket: Socket) => {
      socket.destroy();
      this.fail(this.failed(protocolChanged()));
    });
    client.on('close', () => this.#onClientClose());
  }

  send(head: Head): void {
    const { body } = this.#request;
    const stream = uploadOf(body);
    if (stream === undefined) {
      this.#timer.enter('headers');
      this.#client.end(body);
      return;
    }
    this.#timer.enter('idle');
    this.#upload = upload(stream, this.#client, head.declaredBytes, this.#request.timeouts.idleMs, {
      progress: () => this.stir(),
      failure: (cause) => this.fail(cause),
    });
    this.#client.once('finish', () => {
      if (this.#response === undefined && !this.#over) this.#timer.enter('headers');
    });
  }

  /** Ends the exchange with `reason`: before the headers the promise rejects, after them the body fails. */
  fail(reason: unknown): void {
    if (this.#over) return;
    if (this.#response === undefined) {
      this.#upload?.stop();
      this.#finish();
      this.#client.destroy();
      this.#settle.reject(reason);
    } else {
      this.#stopUpload();
      endBody(this.#response, reason);
    }
  }

  /** The error of the SDK for a failure of the socket. */
  failed(cause: unknown): Error {
    const { origin, route } = this.#request;
    const requestSent = this.#response === undefined ? 'maybe' : 'yes';
    if (this.#pool.closed) return closedInFlight(origin, requestSent);
    return exchangeFailed(origin, route, cause, {
      requestSent,
      reusedSocket: this.#lease.reused,
    });
  }

  /** Bytes have moved: the timer starts again. */
  stir(): void {
    // What an upload has written may still drain after the end.
    if (this.#over) return;
    this.#timer.stir();
  }

  /** A failure after the last byte of the answer ends the connection; the answer can still be read to its end. */
  #broke(cause: Error): void {
    if (this.answer !== 'complete') this.fail(this.failed(cause));
  }

  #answer(message: IncomingMessage): void {
    const { method, origin, route, timeouts } = this.#request;
    const status = message.statusCode as number;
    if (status < 200) {
      // Another answer may follow, which must not be taken for that to the next request.
      this.fail(this.failed(protocolChanged()));
      return;
    }
    const lease = this.#lease;
    const headers = new ResponseHeaders(message.rawHeaders);
    this.#response = message;
    message.on('close', () => this.#onAnswerClose());
    this.#timer.enter('idle');
    lease.watch(this);
    lease.keepAliveHintMs = keepAliveHint(headers);
    // It is refused, so the rest of the request's body is useless.
    if (status >= 300) this.#stopUpload();
    const since = performance.now();
    const body = method === 'HEAD' ? withoutBody(message) : guarded(message, this);
    if (body === message) {
      this.#pool.answered(lease, { body, href: origin.href, since, idleMs: timeouts.idleMs });
    }
    this.#settle.resolve({
      status,
      headers,
      body,
      reusedSocket: lease.reused,
      route,
      timings: { socketMs: this.#sentAt - this.#startedAt, headersMs: since - this.#startedAt },
    });
  }

  /** The state of the answer. */
  get answer(): Timed['answer'] {
    const response = this.#response;
    if (response === undefined) return 'none';
    return response.complete ? 'complete' : 'begun';
  }

  waitsForUs(): boolean {
    const response = this.#response;
    if (response === undefined) return this.#upload?.stalled === false;
    return response.readableLength > 0;
  }

  /** The answer may still wait for its reader: the signal and the total hold until it is read. */
  #onClientClose(): void {
    if (this.#response === undefined) {
      this.fail(this.failed(closedUnanswered()));
    } else if (!this.#over) {
      this.#stopUpload();
      this.#timer.awaitReader();
    }
  }

  /** Nobody waits for what an upload has left. Without it the connection cannot be used again. */
  #onAnswerClose(): void {
    if (this.#stopUpload()) this.#client.destroy();
    this.#finish();
  }

  /** Whether there was one to stop. */
  #stopUpload(): boolean {
    if (this.#upload?.unfinished !== true) return false;
    this.#upload.stop();
    return true;
  }

  /** Nothing more is awaited. */
  #finish(): void {
    this.#over = true;
    this.#timer.clear();
    this.#stopListening?.();
    this.#lease.unwatch();
  }
}

function closedUnanswered(): Error {
  return Object.assign(new Error('The connection closed'), { code: 'ECONNRESET' });
}
