/** One request and its answer on one leased socket, under undici. */
import type { Dispatcher } from 'undici';
import { asStreamError, onAbort } from '../../abort.js';
import { exchangeFailed } from '../../wire/failure.js';
import { protocolChanged } from '../../wire/node-error.js';
import { closedInFlight } from '../closed.js';
import { ExchangeTimer, type Timed } from '../exchange-timer.js';
import type { Head } from '../head.js';
import { keepAliveHint } from '../keep-alive-hint.js';
import type { Lease } from '../lease.js';
import type { SocketPool } from '../pool.js';
import type { Pooled } from '../pools.js';
import { ResponseHeaders } from '../response-headers.js';
import type { TransportRequest, TransportResponse } from '../transport.js';
import { brokenBody, uploadOf } from '../upload.js';
import { headerList } from './answer-headers.js';
import { AnswerBody, type BodySource } from './answer-body.js';
import { asNodeError, brokeOff, isLengthMismatch, isUnsendable } from './node-error.js';
import { engineHeaders, refusedBy } from './request-headers.js';
import { Upload } from './upload.js';
import { clientOf, type WireClient } from './wire-client.js';

/**
 * Sends `request` on `lease` and answers at the headers. From then on the timers, the signal and the socket's failures
 * destroy the body with a typed error (or the signal's own reason). The socket is given back as soon as the answer's last
 * byte has come, whether or not it has been read.
 */
export function exchange(
  { pool }: Pooled,
  lease: Lease,
  request: TransportRequest,
  head: Head,
  startedAt: number,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const broken = brokenBody(request.body);
    let headers: readonly string[];
    try {
      // If the stream itself fails, the request rejects with its own error.
      if (broken !== undefined) throw broken;
      headers = engineHeaders(head.headers);
    } catch (cause) {
      pool.release(lease);
      reject(cause);
      return;
    }
    new Exchange(pool, lease, request, { resolve, reject }, startedAt).send(head, headers);
  });
}

interface Settle {
  resolve(response: TransportResponse): void;
  reject(reason: unknown): void;
}

/** What happens between the request's first byte and the answer's last. */
class Exchange implements Dispatcher.DispatchHandler, Timed, BodySource {
  answer: Timed['answer'] = 'none';
  readonly #pool: SocketPool;
  readonly #lease: Lease;
  readonly #request: TransportRequest;
  readonly #settle: Settle;
  readonly #startedAt: number;
  readonly #sentAt = performance.now();
  readonly #wire: WireClient;
  readonly #timer: ExchangeTimer;
  readonly #stopListening: (() => void) | undefined;
  #body: AnswerBody | undefined;
  #upload: Upload | undefined;
  #begun = false;
  #bodiless = false;
  #over = false;

  constructor(
    pool: SocketPool,
    lease: Lease,
    request: TransportRequest,
    settle: Settle,
    startedAt: number,
  ) {
    this.#pool = pool;
    this.#lease = lease;
    this.#request = request;
    this.#settle = settle;
    this.#startedAt = startedAt;
    this.#wire = clientOf(lease.socket);
    this.#timer = new ExchangeTimer(request, this);
    const { signal } = request;
    this.#stopListening = signal && onAbort(signal, () => this.fail(signal.reason));
  }

  send(head: Head, headers: readonly string[]): void {
    const { method, body, timeouts } = this.#request;
    const stream = uploadOf(body);
    if (stream !== undefined) {
      this.#upload = new Upload(stream, this.#lease.socket, head.declaredBytes, timeouts.idleMs, {
        progress: () => this.#stir(),
        sent: () => this.#onSent(),
        failure: (cause) => this.fail(cause),
      });
    }
    this.#timer.enter(stream === undefined ? 'headers' : 'idle');
    this.#wire.client.dispatch(
      {
        method,
        path: head.target,
        headers: headers as string[],
        // An iterable, which undici's types leave out.
        body: (this.#upload ?? body ?? null) as string | null,
        // Otherwise undici would close the connection after a HEAD, and after a body with a method that rarely has one.
        reset: false,
      },
      this,
    );
  }

  // Called by undici.

  onRequestStart(): void {
    this.#begun = true;
    this.#wire.gate.await();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#over) return;
    if (status < 200) {
      this.fail(this.#failed(protocolChanged()));
      return;
    }
    const { origin, route, timeouts } = this.#request;
    const lease = this.#lease;
    const headers = new ResponseHeaders(headerList(controller.rawHeaders));
    const body = new AnswerBody(this);
    const since = performance.now();
    this.answer = 'begun';
    this.#bodiless = status === 204 || status === 304;
    this.#body = body;
    this.#timer.enter('idle');
    lease.keepAliveHintMs = keepAliveHint(headers);
    // The answer has come, so the rest of the request's body is useless. The connection ends after the answer.
    if (status >= 300) this.#upload?.stop();
    this.#pool.answered(lease, { body, href: origin.href, since, idleMs: timeouts.idleMs });
    this.#settle.resolve({
      status,
      headers,
      body,
      reusedSocket: lease.reused,
      route,
      timings: { socketMs: this.#sentAt - this.#startedAt, headersMs: since - this.#startedAt },
    });
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#over) return;
    this.#timer.stir();
    if (this.#body?.push(chunk) === false) this.#wire.gate.shut();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    const { socket } = this.#lease;
    // undici takes every end of the connection for the end of a body without a length: a reset, and our own `destroy`, too.
    if (socket.destroyed && !socket.readableEnded) {
      this.fail(this.#failed(brokeOff()));
      return;
    }
    this.#wire.gate.open();
    this.#complete();
  }

  #complete(): void {
    this.answer = 'complete';
    this.#upload?.stop();
    this.#timer.awaitReader();
    this.#body?.push(null);
    // By then undici has closed the connection, if it cannot serve another request.
    queueMicrotask(() => this.#pool.free(this.#lease));
  }

  onResponseError(_controller: unknown, cause: Error): void {
    // undici awaits the bytes that a 204 or 304 announces, though these never have a body (RFC 9110 §6.4.1).
    if (this.#bodiless && isLengthMismatch(cause)) {
      if (!this.#over) this.#complete();
      return;
    }
    if (this.#begun || !isUnsendable(cause)) {
      this.fail(this.#failed(cause));
      return;
    }
    this.#finish();
    this.#upload?.stop();
    this.#pool.release(this.#lease);
    this.#settle.reject(refusedBy(this.#request.headers, cause));
  }

  // Called by the timers and the body.

  waitsForUs(): boolean {
    return this.#body === undefined
      ? this.#upload?.stalled === false
      : this.#body.readableLength > 0;
  }

  /** Ends the exchange with `reason`: before the headers the promise rejects, after them the body fails. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#upload?.stop();
    if (this.#body !== undefined) {
      this.#body.destroy(asStreamError(reason));
      return;
    }
    this.#finish();
    this.#lease.socket.destroy();
    this.#settle.reject(reason);
  }

  wanted(): void {
    // Once the answer has come whole, the socket serves another one.
    if (this.answer !== 'complete') this.#wire.gate.open();
  }

  /** The body was read to its end, or destroyed: no more bytes are awaited. */
  closed(): void {
    if (this.answer !== 'complete') {
      this.#upload?.stop();
      this.#lease.socket.destroy();
    }
    this.#finish();
  }

  #stir(): void {
    if (!this.#over) this.#timer.stir();
  }

  #onSent(): void {
    if (this.answer === 'none' && !this.#over) this.#timer.enter('headers');
  }

  /** The error of the SDK for a failure of the socket. */
  #failed(cause: unknown): Error {
    const { origin, route } = this.#request;
    const answered = this.answer !== 'none';
    const requestSent = answered ? 'yes' : 'maybe';
    if (this.#pool.closed) return closedInFlight(origin, requestSent);
    return exchangeFailed(origin, route, asNodeError(this.#wire.failure ?? cause, answered), {
      requestSent,
      reusedSocket: this.#lease.reused,
    });
  }

  /** Nothing more is awaited. */
  #finish(): void {
    this.#over = true;
    this.#timer.clear();
    this.#stopListening?.();
  }
}
